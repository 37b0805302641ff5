//! The compiler of bodies, shared by policies and derived facts: lower, plan, emit.
//!
//! - `lower`: from `syn`'s tree to the compiler's own (`tree`), with an error for what the language lacks.
//!   `leftover` finds loads in places that the tree does not represent, `capitals` keeps capitalised names
//!   in patterns from binding, and `attributes` says which attributes an expression may have.
//! - `check`: the checks that both kinds of bodies share.
//! - `analysis`: what the tokens of a body tell about it.
//! - `plan`: when each load is requested. A `load_path` leads to the load; `slice` cuts the part of the body
//!   that computes its key, with the `guard`s of the path, and tests the conditions that are `known` by then.
//! - `emit`: the body as plain synchronous Rust. `plan_constant`: its plan as a constant.

pub(crate) mod analysis;
pub(crate) mod attributes;
pub(crate) mod capitals;
mod check;
pub(crate) mod emit;
mod guard;
mod known;
pub(crate) mod leftover;
mod load_path;
pub(crate) mod lower;
pub(crate) mod plan;
pub(crate) mod plan_constant;
mod slice;
pub(crate) mod tree;
