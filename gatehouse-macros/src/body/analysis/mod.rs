//! What the tokens of a body tell about it.
//!
//! - `names`: the names that an expression mentions, and the expressions that may run early.
//! - `total`: the expressions that cannot panic.
//! - `logic`: the operators that still evaluate their right side after a failure. `conditions`: the conditions
//!   that a body reports, with their numbers.
//! - `expected`: the types that loads must have.
//! - `ordering`: the values that `<` and the like compare, which must not be missing.

pub(crate) mod conditions;
mod expected;
pub(crate) mod logic;
mod names;
mod ordering;
mod results;
mod total;

pub(crate) use self::expected::plain_bools;
pub(crate) use self::names::{
    acted_on, changed, has_open_type, is_safe, may_change_all, mentioned, mentioned_in,
};
pub(crate) use self::ordering::Ordering;
pub(crate) use self::results::Analysis;
pub(crate) use self::total::is_total;
