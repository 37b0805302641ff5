//! What generated code calls. Not for users: it changes with any version, together with the macros.
//!
//! A policy's body becomes plain synchronous Rust. Each load is [`read`] (or [`any`], [`all`],
//! [`each`]) followed by `?`: the value, or an early return with a [`Stop`]; where a `bool` is wanted,
//! it is [`holds`], and where it is compared [`ordered`]; whatever else is ordered is [`compared()`]. `?`
//! on an option is [`MaybeMissing::present`]`(…)?`. `||` and `&&` over facts are [`or`] and [`and`].

mod ask;
mod compared;
mod cx;
mod derived;
mod fact;
mod failures;
mod logic;
mod nodes;
mod out_of_turn;
mod roles;
mod texts;
mod trace;
mod unloaded;
mod walk;
mod watch;
pub mod word;

pub use self::ask::{ask, ask_each, known, partial_known, partial_slice, slice};
pub use self::compared::{Compared, First, HasOrder, Simple, compared, compared_by, compared_load};
pub use self::cx::{Cx, Request, Stop, Stored, read, stored};
pub use self::derived::{Derived, EarlyDerived, derived};
pub(crate) use self::fact::shown;
pub use self::fact::*;
pub(crate) use self::failures::Failures;
pub use self::logic::{
    MaybeMissing, NeverMissing, Operand, Side, Truth, all, and, any, attempt, each, holds, or,
    ordered, partial_and, partial_or, side,
};
pub use self::out_of_turn::total_beside_recursion;
pub use self::roles::*;
pub(crate) use self::texts::Texts;
pub use self::trace::Trace;
pub(crate) use self::trace::{Event, Seen, SeenFact};
pub use self::unloaded::{IsLoaded, Unloaded};
pub use self::watch::{
    Is, Perhaps, PerhapsMet, PerhapsNot, Unwatched, Watch, met, tried, tried_with,
};
pub use crate::plan::{
    Condition, ConditionKind, Cost, Derivation, Guard, LoadKind, Plan, PlannedLoad, Wait,
    scheduled, within_budget,
};
pub use crate::policy::{
    Decides, EarlyRule, Effect, Listed, LoadsNothing, LocalPolicies, Locally, Location, Member,
    Policies, Policy, PolicyInfo, Rule, Visitor,
};
pub use crate::session::{AnyTable, BatchHandle, LedgerHandle, Table};
pub use crate::source::{ResolvedBy, Sources};
pub use crate::{Domain, FactKey, IntoSources, LoadedFact};
pub use std::vec::Vec;
