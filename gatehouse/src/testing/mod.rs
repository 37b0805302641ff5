//! A kit for testing policies: facts from literal rows, assertions about decisions and what they
//! cost, tables of decisions, sources that fail, and the coverage of policies.
//!
//! The feature `testing` belongs into dev-dependencies:
//!
//! ```toml
//! [dev-dependencies]
//! gatehouse = { path = "…", features = ["testing"] } # the path that `[dependencies]` has
//! ```
//!
//! | to | use |
//! |---|---|
//! | answer every fact of a gate | [`FactTable`] |
//! | assert one decision | [`assert_allow!`], [`assert_deny!`], [`assert_indeterminate!`] |
//! | assert many | [`DecisionTable`] |
//! | assert what it cost | [`measured`], [`assert_rounds!`], [`assert_loads!`] |
//! | count, fail or delay a source of your own | [`Counted`], [`Failing`], [`Late`], [`Never`] |
//! | know which conditions no test has seen both ways | [`Coverage`] |
//!
//! Nothing in it needs a runtime: a test of rules is a plain `#[test]`.

#[doc(hidden)]
pub mod assertion;
mod coverage;
mod grid;
mod log;
mod macros;
mod measure;
mod report;
mod sources;
mod table;
mod wrappers;

pub use self::coverage::{Coverage, CoverageReport};
pub use self::grid::{DecisionTable, Mismatches};
pub use self::measure::{CountsLoads, block_on, measured};
pub use self::report::report;
pub use self::table::FactTable;
pub use self::wrappers::{Counted, Failing, Late, Never, SourceCall};
pub use crate::observe::counts::Spent;
#[doc(inline)]
pub use crate::{
    __assert_allow as assert_allow, __assert_deny as assert_deny,
    __assert_indeterminate as assert_indeterminate, __assert_loads as assert_loads,
    __assert_rounds as assert_rounds,
};
