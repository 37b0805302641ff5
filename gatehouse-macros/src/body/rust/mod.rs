//! The back end for Rust: a body and its plan become tokens. All checks are done before, so nothing here fails.
//!
//! - `emitter`: the body as plain synchronous code, with `condition`s that are reported and three-valued
//!   `operator`s. `result`: its value as the end of a function.
//! - `early`: the requests that are made while the body waits, with `guard`s.
//! - `constant`: the plan as a constant.
//! - `braces`: the spans of braces.

pub(crate) mod braces;
mod condition;
pub(crate) mod constant;
pub(crate) mod early;
pub(crate) mod emitter;
mod guard;
mod operator;
pub(crate) mod result;
pub(crate) mod variables;
