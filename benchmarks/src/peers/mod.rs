//! Other libraries, each written as its own documentation advises.

pub mod casbin;
pub mod cedar;
pub mod data_loader;
pub mod predecessor;
pub mod rego;
