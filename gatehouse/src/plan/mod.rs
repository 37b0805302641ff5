//! Plans as data: the loads of a rule, their rounds and their conditions, known before anything runs.
//!
//! [`Gate::plan`](crate::Gate::plan) gives the plan of a gate, and `rule::PLAN` that of a rule (a constant of
//! [`Policy`](crate::Policy)). Each is text (`Display`), and with the feature `serde` data.

// - `rule`: the plan of one rule, with its loads; `load`, `condition`, `cost`, `location`: its parts;
// - `rounds`: the arithmetic of rounds, evaluated at compile time;
// - `summary`: the costs of all derived facts of a block, as one constant;
// - `info`: a policy with its plan; `gate`: the plans of all policies of a gate;
// - `budget`: limits on the rounds of a rule or a gate, checked at compile time;
// - `text`, `graph`: plans as text and as graphs.

mod budget;
mod condition;
mod cost;
mod gate;
mod graph;
mod info;
mod load;
mod location;
mod rounds;
mod rule;
mod summary;
mod text;

pub(crate) use self::budget::gate_within_budget;
#[doc(hidden)]
pub use self::budget::within_budget;
pub use self::condition::{Condition, ConditionKind, Guard, Guards};
#[doc(hidden)]
pub use self::condition::{PathGuard, loads_between};
pub use self::cost::Cost;
pub use self::gate::GatePlan;
pub use self::info::{Effect, Policies, PolicyInfo};
pub use self::load::{LoadKind, Wait};
pub use self::location::Location;
pub use self::rounds::scheduled;
pub(crate) use self::rule::PlannedFact;
pub use self::rule::{Derivation, Plan, PlannedLoad};
#[doc(hidden)]
pub use self::summary::{BlockSummary, FactSummary, SummarizedFact, SummarizedLoad, summaries};
