//! What generated code calls. Not for users: it changes with any version, together with the macros.
//!
//! A policy's body becomes plain synchronous Rust. Each load is [`read`] (or [`any`], [`all`],
//! [`each`]) followed by `?`: the value, or an early return with a [`Stop`]; where a `bool` is wanted,
//! it is [`holds`], and where it is compared [`ordered`]; whatever else is ordered is [`compared()`]. `?`
//! on an option is [`MaybeMissing::present`]`(…)?`. `||` and `&&` over facts are [`or`] and [`and`].

pub use crate::combinators::words as word;
pub use crate::domain::Domain;
pub use crate::eval::*;
// The names that generated code has for these.
pub use crate::eval::Observer as Watch;
pub use crate::fact::bounds::*;
pub use crate::fact::{FactKey, LoadedFact, Sensitive, plan_load, plan_recursion};
pub use crate::plan::{
    Condition, ConditionKind, Cost, Derivation, Effect, Guard, LoadKind, Location, Plan,
    PlannedLoad, Policies, PolicyInfo, Wait, scheduled, within_budget,
};
pub use crate::policy::{
    Decides, EarlyRule, Listed, LoadsNothing, LocalPolicies, Locally, Member, Policy, Rule, Visitor,
};
pub use crate::session::{
    AnyTable, BatchHandle, IntoSources, LedgerHandle, Sources, Stored, Table,
};
pub use std::vec::Vec;
