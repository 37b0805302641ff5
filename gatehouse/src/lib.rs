//! Authorization for Rust services, as a policy compiler.
//!
//! A rule is an annotated Rust function. The data that rules need are declared as *facts*. `#[policy]` and
//! `fact!` compile both, at build time, into typed keys and a plan of loads. A small runtime executes the
//! plan in a few round trips, for one resource or for a hundred thousand. Many mistakes do not compile, and
//! the message says what to write instead.
//!
//! ```
//! use std::sync::Arc;
//! use gatehouse::prelude::*;
//!
//! # #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
//! # pub enum Role { Viewer, Editor }
//! # pub struct User { id: u64 }
//! # pub enum Action { Read, Edit }
//! # pub struct Document { org: u64, owner: u64 }
//! fact! {
//!     /// The role that `user` holds in `org`.
//!     pub OrgRole(user: u64, org: u64) -> Role;
//!     /// Whether `user` is suspended.
//!     pub Suspended(user: u64) -> bool = false;
//! }
//!
//! /// Suspended users do nothing.
//! #[policy(forbid)]
//! async fn suspended(user: &User) -> bool {
//!     Suspended(user.id).await
//! }
//!
//! /// Owners do anything to their documents.
//! #[policy]
//! fn owner(user: &User, doc: &Document) -> bool {
//!     doc.owner == user.id
//! }
//!
//! /// Editors of the organisation may edit.
//! #[policy]
//! async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
//!     OrgRole(user.id, doc.org).await? >= Role::Editor
//! }
//!
//! /// May a user do an action to a document?
//! pub struct Documents;
//! impl Domain for Documents {
//!     type Subject = User;
//!     type Action = Action;
//!     type Resource = Document;
//!     type Context = ();
//! }
//!
//! static GATE: Gate<Documents, (suspended, owner, org_editor)> = Gate::new();
//!
//! /// Stands in for a database.
//! struct Database;
//!
//! impl FactSource<OrgRole> for Database {
//!     async fn load(&self, keys: &[OrgRole]) -> Result<Loaded<OrgRole>, FactError> {
//!         // One query for all keys: SELECT … WHERE (user, org) IN (…)
//!         Ok(keys.iter().map(|key| (key.clone(), Role::Editor)).collect())
//!     }
//! }
//!
//! impl FactSource<Suspended> for Database {
//!     async fn load(&self, _keys: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
//!         Ok(Loaded::new()) // no rows: nobody is suspended
//!     }
//! }
//!
//! #[derive(Sources)]
//! struct AppFacts {
//!     #[loads(OrgRole, Suspended)]
//!     db: Database,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let facts = Arc::new(AppFacts { db: Database });
//! let user = User { id: 7 };
//! # let docs = vec![Document { org: 1, owner: 2 }, Document { org: 1, owner: 7 }];
//!
//! let session = Session::new(facts.clone()); // one per request
//! let access = GATE.bind(&session, &user, &Action::Edit);
//! access.authorize(&docs[0]).await?; // Err: Denied (403) or Indeterminate (503)
//! let visible = access.filter(docs).await?; // one round trip for a page, never N
//! # assert_eq!(visible.len(), 2);
//! # Ok(()) }
//! ```
//!
//! Most facts are rows of tables. Then a line takes the place of a hand-written source:
//! `#[rows(OrgRole = member(user_id, org_id) -> role)]` on a field that is a pool of SQLite or PostgreSQL.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | the language of rules | the page [`the_language`] |
//! | declarations | [`fact!`], [`policy`](macro@policy), [`derive(Sources)`](derive@Sources) |
//! | what is decided, and by which policies | [`Domain`], [`Gate`] |
//! | one request | [`Session`]; [`Gate::bind`] gives a [`Bound`], which answers; a helper function returns it as an [`Access`] |
//! | answers | [`Decision`], [`AccessError`]; [`Explanation`] says why |
//! | loading facts | [`FactSource`], [`Loaded`], [`FactError`]; [`limit`] |
#![cfg_attr(
    any(feature = "postgres", feature = "sqlite"),
    doc = "| facts that are rows of tables | the page [`facts_from_tables`], [`derive(Sources)`](derive@Sources); the module [`sql`] |"
)]
#![cfg_attr(
    not(any(feature = "postgres", feature = "sqlite")),
    doc = "| facts that are rows of tables | [`derive(Sources)`](derive@Sources), and with the feature `sqlite` or `postgres` the page `facts_from_tables` |"
)]
//! | how a database holds keys and values | [`value`], [`derive(Value)`](derive@value::Value) |
//! | round trips, before anything runs | [`plan`] |
//! | policies chosen at run time | [`dynamic`] |
//! | tests of rules | `testing` |
//! | the audit log, spans and metrics | `records`, and the page [`what_telemetry_says`] |
//! | an error in brackets, like `[not_async]` | the page [`what_the_compiler_says`] |
//!
//! # Decisions
//!
//! Forbids beat permits. Without a permit there is no access. A policy that could not be evaluated, because a
//! load failed, is *indeterminate*. The first row that fits:
//!
//! | situation | decision |
//! |---|---|
//! | a forbid applies | [`Deny`](Decision::Deny), whatever else is unknown |
//! | no permit applies and none is indeterminate (an empty gate included) | `Deny`, whatever a forbid would have said |
//! | otherwise, a forbid is indeterminate | [`Indeterminate`](Decision::Indeterminate) |
//! | otherwise, a permit applies | [`Allow`](Decision::Allow), even if another permit is indeterminate |
//! | otherwise (some permit is indeterminate) | `Indeterminate` |
//!
//! The outcome is a function of the facts alone, a failed load among them: not of timing, batch size, order or
//! what was cached.
//!
//! # Why a failure never lets anybody in
//!
//! - *A body never sees an error.* A failed load ends the run of the policy there, so no `match` arm,
//!   `unwrap_or` or `!` can turn it around.
//! - *Unknown is not false.* A policy that was ended is indeterminate, and is weighed as above.
//! - *`||` and `&&` ignore a failed side only if the other side decides*, and no side can change what is read
//!   outside of it: rustc checks that.
//! - *A key that comes back in another spelling is not missing.* An answer with a key that nobody asked for
//!   fails the keys that it leaves out: see [`FactSource`].
//! - *Only [`Decision::Allow`] grants*, and only this crate makes one.
//!
//! Impure bodies (clocks, atomics, statics) are outside of these guarantees: see "Purity" in
//! [`the_language`].
//!
//! # Features
//!
//! - `tracing` (default): a span per evaluation and per load, and an event per decision on the target
//!   `gatehouse::decision`. No key and no value is shown, at any level.
//! - `metrics`: counters and histograms through the `metrics` facade.
//! - `serde`: plans and explanations implement `Serialize`.
//! - `records`: the module `records`, decision records for the audit log.
//! - `json`: `records::JsonLines`, which writes decision records to a file.
//! - `sqlite`, `postgres`: facts that are rows of tables, through sqlx: the module `sql`, and the page
//!   `facts_from_tables`. They need Rust 1.94.
//! - `uuid`, `chrono`, `time`, `rust_decimal`: the types of these crates are values that a database holds: see
//!   the trait [`Value`](trait@value::Value).
//! - `testing`: the module `testing`, facts from literal rows, assertions about decisions, and the
//!   coverage of policies. For dev-dependencies.
//!
//! No particular runtime is needed: [`Session::with_deadline`] and [`limit::Timeout`] take a sleep of the
//! runtime that you use.

#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod collections;
mod combinators;
mod decision;
mod domain;
mod eval;
pub mod explanation;
mod fact;
mod gate;
pub mod limit;
mod observe;
pub mod plan;
mod policy;
pub mod prelude;
#[doc(hidden)]
pub mod private;
mod session;
mod source;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod sql;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod unwind;
pub mod value;

pub use combinators::{all, any, each, lazy};
pub use decision::{AccessError, Allowed, Decision};
pub use domain::{Description, Domain};
#[doc(inline)]
pub use explanation::Explanation;
pub use fact::{FactError, FactKey};
pub use gate::{Access, Bound, Gate};
pub use gatehouse_macros::{Sources, fact, policy};
#[cfg(feature = "metrics")]
pub use observe::describe_metrics;
pub use policy::Policy;
pub use session::{Session, Sources};
pub use source::{Call, FactSource, Loaded};

// Public because generated code, a signature or a type that rustc infers has them. Nobody writes them.
#[doc(hidden)]
pub use {
    combinators::OnlyInPolicies,
    eval::ResolvedBy,
    fact::LoadedFact,
    gate::{DynPolicies, NoContext, Rules, Static, SuppliesContext},
    session::IntoSources,
};

/// Traits for code that is generic over facts, gates or sources.
///
/// Rules, gates and sources of one application need none of them.
///
/// ```
/// use gatehouse::bounds::PolicySet;
/// use gatehouse::prelude::*;
/// # struct User; struct Document;
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] struct AppFacts {}
///
/// /// Decides by any gate about documents.
/// async fn is_allowed<S: PolicySet<Documents, AppFacts>>(
///     gate: &Gate<Documents, S>,
///     session: &Session<AppFacts>,
///     user: &User,
///     doc: &Document,
/// ) -> bool {
///     gate.bind(session, user, &()).check(doc).await.is_allow()
/// }
/// # let _ = is_allowed::<()>;
/// ```
pub mod bounds {
    pub use crate::eval::ResolvedBy;
    pub use crate::fact::{LoadedFact, SourceError};
    pub use crate::policy::{LocalSet, PolicyList, PolicySet};
}

/// Gates whose policies are chosen at run time.
pub mod dynamic {
    pub use crate::gate::DynGate;
    pub use crate::policy::{DynPolicy, boxed};
}

/// Errors, and what they consist of. [`AccessError`] and [`FactError`] are at the root of the crate.
pub mod error {
    pub use crate::decision::{Denied, FailedFacts, FilterError, Indeterminate, Undecided};
    pub use crate::fact::FailedFact;
    pub use crate::session::{AlreadyKnown, LoadsInFlight};
}

/// Decision records for the audit log: a [`Recorder`](records::Recorder) passes them on to a
/// [`DecisionSink`](records::DecisionSink). Feature `records`.
#[cfg(feature = "records")]
pub mod records {
    #[cfg(feature = "json")]
    pub use crate::observe::records::JsonLines;
    pub use crate::observe::records::{
        DecisionRecord, DecisionSink, EvaluationRecord, NotFlushed, Recorder, SessionId, SinkError,
    };
}

// Pages of the documentation. The examples of the first two are tests; those of the second need both databases and `testing`.
// Those of the third are none: most of them must not compile, and `ui-tests` compiles them.
#[cfg(doc)]
#[doc = include_str!("../doc/the-language.md")]
pub mod the_language {}
#[cfg(all(
    doc,
    any(feature = "postgres", feature = "sqlite"),
    any(not(doctest), all(feature = "postgres", feature = "sqlite", feature = "testing"))
))]
#[doc = include_str!("../doc/facts-from-tables.md")]
pub mod facts_from_tables {}
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../doc/what-the-compiler-says.md")]
pub mod what_the_compiler_says {}
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../doc/what-telemetry-says.md")]
pub mod what_telemetry_says {}
