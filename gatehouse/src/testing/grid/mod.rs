//! Tables of decisions: who may do what to what, on one screen.
//!
//! - `table`: the table, its decisions, and the comparison with expected ones;
//! - `text`: the grid as text, read; `drawing`: the grid with the decisions.

mod drawing;
mod table;
mod text;

pub use self::table::{DecisionTable, Mismatches};
