//! A kit for testing policies: facts from literal rows, assertions about decisions and what they
//! cost, tables of decisions, and sources that fail.
//!
//! It comes with the feature `testing`, which belongs into dev-dependencies:
//!
//! ```toml
//! [dev-dependencies]
//! gatehouse = { version = "0.1", features = ["testing"] }
//! ```
//!
//! | to | use |
//! |---|---|
//! | answer every fact of a gate | [`FactTable`] |
//! | assert one decision | [`assert_allow!`], [`assert_deny!`], [`assert_indeterminate!`] |
//! | assert many | [`DecisionTable`] |
//! | assert what it cost | [`measured`], [`assert_rounds!`], [`assert_loads!`] |
//! | count, fail or delay a source of your own | [`Counted`], [`Failing`], [`Late`], [`Never`] |
//!
//! Nothing in it needs a runtime: a test of rules is a plain `#[test]`.

#[doc(hidden)]
pub mod assertion;
mod grid;
mod log;
mod macros;
mod measure;
mod report;
mod sources;
mod table;
mod wrappers;

pub use self::grid::{DecisionTable, Mismatches};
pub use self::measure::{CountsLoads, Spent, block_on, measured};
pub(crate) use self::measure::{note_evaluation, note_load};
pub use self::report::report;
pub use self::table::FactTable;
pub use self::wrappers::{Counted, Failing, Late, Never, SourceCall};
#[doc(inline)]
pub use crate::{
    __assert_allow as assert_allow, __assert_deny as assert_deny,
    __assert_indeterminate as assert_indeterminate, __assert_loads as assert_loads,
    __assert_rounds as assert_rounds,
};
