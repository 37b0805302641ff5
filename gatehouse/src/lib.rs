//! Authorization as a policy compiler.
#![doc(html_root_url = "https://docs.rs/gatehouse/0.1.0")]

mod fact;
mod gate;
mod plan;
mod policy;
#[doc(hidden)]
pub mod private;
mod session;
mod source;
mod telemetry;
mod words;

pub mod prelude;

pub use fact::{FactError, FactKey, FailedFact};
pub use gate::{
    AccessError, Allowed, Bound, Decision, Denied, DynGate, FailedFacts, FilterError, Gate,
    Indeterminate, NoContext, Rules, Static, SuppliesContext,
};
pub use gatehouse_macros::{Sources, fact, policy};
pub use plan::{Condition, GatePlan, LoadKind, Plan, PlannedLoad};
pub use policy::{
    Domain, DynPolicy, Effect, Location, Policy, PolicyInfo, PolicyList, PolicySet, boxed,
};
pub use session::{IntoSources, LoadsInFlight, Session};
pub use source::{FactSource, Loaded, ResolvedBy, Sources};
pub use words::{InPolicies, all, any, each, lazy};
