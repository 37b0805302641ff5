//! The programs whose build is measured, generated at any size.

mod alternatives;
mod chain;
mod facts;
mod gates;
mod nested;
pub mod pair;
mod program;
mod small;

pub use alternatives::alternatives;
pub use chain::{chain, ring};
pub use gates::gates;
pub use nested::{nested_if, nested_match};
pub use program::Program;
