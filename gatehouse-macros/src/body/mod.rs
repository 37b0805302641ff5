//! The compiler of bodies, which policies and derived facts share: lower, plan, emit.
//!
//! - `capitals`: a name with a capital in a pattern cannot bind.
//! - `attributes`: which ones an expression loses where it is taken apart.
//! - `lower`: from `syn`'s tree to the compiler's own (`ast`), refusing what the language lacks; `leftover`:
//!   loads that the tree has no place for.
//! - `plan`: when each load is asked for; it goes along the `way` to a load and cuts a `slice` of
//!   what leads there, with the `guard`s of what else is on it and what is `known` of the facts there.
//!   `names` says what may run early, `total` what cannot panic there.
//! - `ordering`: what is ordered there by `<` and the like, which is never missing; `inside`: any
//!   expression's parts.
//! - `emit`: the body as plain synchronous Rust; `tokens`: its plan as a constant.

pub(crate) mod ast;
pub(crate) mod attributes;
pub(crate) mod capitals;
mod check;
pub(crate) mod emit;
mod expected;
mod guard;
mod inside;
mod known;
pub(crate) mod leftover;
mod load_path;
pub(crate) mod lower;
pub(crate) mod names;
mod ordering;
pub(crate) mod plan;
pub(crate) mod plan_constant;
mod slice;
pub(crate) mod total;
