//! What rules name beside the data: constants, for patterns, and getters that panic where there is nothing.

use crate::data::{Action, Doc, User};

impl User {
    pub fn boss_id(&self) -> u64 {
        self.boss.expect("asked only of those who have one")
    }
}

impl Doc {
    pub fn parent_id(&self) -> u64 {
        self.parent.expect("asked only of those that have one")
    }
}

pub const READ: Action = Action::Read;
pub const EDIT: Action = Action::Edit;
pub const SHARE: Action = Action::Share;

pub const ZERO: u64 = 0;
pub const ONE: u64 = 1;
pub const TWO: u64 = 2;
pub const THREE: u64 = 3;
pub const FOUR: u64 = 4;
pub const FIVE: u64 = 5;
