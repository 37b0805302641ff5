//! Seconds of builds: the same program with macros, expanded, and by hand.

mod measure;
mod passes;
mod report;
mod workshop;

pub use report::print;
