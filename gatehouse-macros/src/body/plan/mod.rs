//! The plan of a body: data, made once, without tokens.
//!
//! - `paths`: the tree of the paths to the loads, made of `step`s; `flow` follows the values of locals along a
//!   path, `guard` finds the conditions on local data, `keep` says which part of a step early code keeps.
//! - `slice`: the steps that one load needs. `known`: the conditions on facts that may be known while the body
//!   waits. `early`: all slices as one tree.
//! - `body_plan`: the rounds, and the loads that each load waits for.

pub(crate) mod body_plan;
pub(crate) mod early;
mod flow;
pub(crate) mod guard;
pub(crate) mod keep;
pub(crate) mod known;
pub(crate) mod paths;
mod slice;
pub(crate) mod step;
#[cfg(test)]
mod tests;
