//! Questions to the tree of a body. Each looks at the tree alone, so that every later stage can ask it.
//!
//! - `logic`: the operators that still evaluate their right side after a failure, and the expressions that are
//!   known to be a `bool`.
//! - `conditions`: the conditions that a body reports, with their numbers.

pub(crate) mod conditions;
pub(crate) mod logic;
