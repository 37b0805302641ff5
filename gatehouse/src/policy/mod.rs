//! Policies, and the sets of them that gates are made of.
//!
//! - `rule`: a policy, and how it is run; `set`: a policy or a tuple of sets; `dynamic`: policies chosen at run
//!   time.

mod dynamic;
mod rule;
mod set;

pub use self::dynamic::{DynPolicy, boxed};
pub use self::rule::{EarlyRule, Policy, Rule};
pub use self::set::{
    Decides, Listed, LoadsNothing, LocalPolicies, LocalSet, Locally, Member, PolicyList, PolicySet,
    Visitor,
};
