//! The compiler of bodies, shared by policies and derived facts: lower, check, analyse, plan, emit.
//!
//! - `lower`: from `syn`'s tree to the compiler's own (`tree`), with an error for what the language lacks.
//!   `leftover` finds loads in places that the tree does not represent, `capitals` keeps capitalised names
//!   in patterns from binding, and `attributes` says which attributes an expression may have.
//! - `check`: the checks that both kinds of bodies share.
//! - `source`: nodes quoted as the user wrote them.
//! - `analysis`: questions to the tree, each answered once.
//! - `plan`: when each load is requested, and the code that must run to request it early. It is data without
//!   tokens.
//! - `rust`: the body and its plan as Rust.

pub(crate) mod analysis;
pub(crate) mod attributes;
pub(crate) mod capitals;
mod check;
pub(crate) mod leftover;
pub(crate) mod lower;
pub(crate) mod plan;
pub(crate) mod rust;
pub(crate) mod source;
pub(crate) mod tree;
