//! Constants, for patterns that name one.

use crate::data::Action;

pub const READ: Action = Action::Read;
pub const EDIT: Action = Action::Edit;
pub const SHARE: Action = Action::Share;

pub const ZERO: u64 = 0;
pub const ONE: u64 = 1;
pub const TWO: u64 = 2;
pub const THREE: u64 = 3;
pub const FOUR: u64 = 4;
pub const FIVE: u64 = 5;
