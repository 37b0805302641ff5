//! The compiler of bodies, shared by policies and derived facts: lower, plan, emit.
//!
//! - `lower`: from `syn`'s tree to the compiler's own (`ast`), with an error for what the language lacks.
//!   `leftover` finds loads in places that the tree does not represent, `capitals` keeps capitalised names
//!   in patterns from binding, `attributes` says which attributes an expression may have, and `inside` lists
//!   the parts of any `syn` expression.
//! - `check`: the checks that both kinds of bodies share. `expected`: the types that loads must have.
//! - `plan`: when each load is requested. A `load_path` leads to the load; `slice` cuts the part of the body
//!   that computes its key, with the `guard`s of the path, and tests the conditions that are `known` by then.
//!   `names` says which expressions may run early, `total` which cannot panic.
//! - `ordering`: the values that `<` and the like compare, which must not be missing.
//! - `emit`: the body as plain synchronous Rust. `plan_constant`: its plan as a constant.

pub(crate) mod analysis;
pub(crate) mod ast;
pub(crate) mod attributes;
pub(crate) mod capitals;
mod check;
mod expected;
mod inside;
pub(crate) mod leftover;
pub(crate) mod lower;
pub(crate) mod names;
mod ordering;
pub(crate) mod plan;
pub(crate) mod plan_constant;
pub(crate) mod rust;
pub(crate) mod source;
pub(crate) mod total;
