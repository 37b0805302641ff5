//! The coverage of policies: which ways a test run has seen of their conditions, and which it has not.
//!
//! - `recorded`: the switch, and what was recorded;
//! - `report`: the list, and the threshold; `lcov`: the same list for other tools.

mod lcov;
mod recorded;
mod report;

pub use self::recorded::Coverage;
pub use self::report::CoverageReport;
