//! What the benchmarks measure: the same questions about the same data, answered by hand, by
//! gatehouse and by other libraries. One module for each who answers.

pub mod by_hand;
pub mod counted;
pub mod crowds;
pub mod data;
pub mod executor;
pub mod ours;
pub mod peers;
pub mod rows;
pub mod settings;
