//! The table: its rows, their goals, and the counts that a change is compared with.

mod baseline;
mod goal;
mod measure;
mod print;
mod rows;
mod selection;

pub use baseline::{Baseline, Difference, differences};
pub use measure::count_all;
pub use print::{print_groups, print_row};
pub use rows::{Scale, rows};
pub use selection::Selection;
