//! Authorization for Rust services, as a policy compiler.
//!
//! A rule is an annotated Rust function; the data that it needs is declared as *facts*; `#[policy]`
//! and `fact!` compile both, at build time, into typed keys and an evaluation plan. A small runtime
//! executes the plans for one resource or for a hundred thousand with the fewest round trips that
//! the rules allow. Wrong rules do not compile, and the compiler says what to write instead.
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
//! /// Where facts come from: a database, in earnest.
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
//!         Ok(Loaded::new()) // nobody is
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
//! # The language
//!
//! **Facts.** `fact! { Name(part: Type, …) -> Value; }` declares a key. In a policy, `Name(…).await`
//! is `Option<Value>`, or `Value` where the fact has a default (`= expr`); `Name(…).await?` is
//! `Value`, and where it is missing the policy does not apply. `#[required]` makes a missing value a
//! failed load.
//!
//! **Derived facts.** A fact with a body in place of `;` is computed from other facts, once for each
//! key and session, by the rules that a policy's body has. It may come back to itself:
//!
//! ```
//! # use gatehouse::prelude::*;
//! fact! {
//!     /// The folder that `folder` lies in.
//!     pub Parent(folder: u64) -> u64;
//!     /// `user` was given `folder` directly.
//!     pub FolderGrant(user: u64, folder: u64) -> bool = false;
//!     /// `user` can see `folder`: directly, or through a folder above it.
//!     pub FolderViewer(user: u64, folder: u64) -> bool {
//!         FolderGrant(user, folder).await
//!             || match Parent(folder).await {
//!                 Some(above) => FolderViewer(user, above).await,
//!                 None => false,
//!             }
//!     }
//! }
//! # let cost = FolderViewer::COST;
//! # assert_eq!((cost.rounds, cost.rounds_per_link), (1, 1));
//! ```
//!
//! A page of a thousand documents whose folders have six folders above them costs seven rounds.
//!
//! - *Recursion is monotone.* A recursive fact is a `bool`, and comes back to itself only where more
//!   truth in gives more truth out: as an operand of `||` and `&&` (`A(x).await || B(x).await`), an arm
//!   (`Some(y) => A(y).await`), the last expression or a `return` of the body, or a key of [`any`] or
//!   [`all`] (`any(parents.into_iter().map(A)).await`). Anything else does not compile; nor does a recursion in
//!   which nothing begins, and which would be false for everybody.
//! - *Data that run in a circle have one meaning*, whatever is asked first: the least one, in which
//!   nothing is true that does not follow.
//! - *Depth has a limit*: 64 links from one derived fact to the next, helpers included. A key that reads
//!   no derived fact has none; another one has one more than the deepest key that it reads. The keys of a
//!   circle are equally deep: one more than the deepest key that any of them reads outside of it, and
//!   one for each of them but the first. What is read counts, by the rules of the body, with what is in
//!   the circle taken as unknown: `||` and [`any`] end at what is true outside of it, `&&` and [`all`] at
//!   what is false. A key that is deeper counts as a failed load, whatever else it reads, and so does
//!   each that reads it; the others do not, wherever one begins to ask.
//! - *Facts that need each other* stand in one `fact!` block and name each other as declared there.
//! - *A budget* (`rounds = n`) cannot hold a recursive fact: its rounds are as many as its data are deep.
//! - *`?`* on a missing fact is for derived facts whose value is an `Option`; in others a body says what
//!   missing means.
//! - *Key parts are there by value*; those that are not `Copy` are cloned where they are used twice, as
//!   in any function.
//! - *Sources*: a gate compiles with sources that load what its derived facts come to.
//!
//! **Policies.** `#[policy]` on a function that says whether it applies. Parameters are references,
//! in the order subject; subject, resource; subject, action, resource; subject, action, resource,
//! context. One that is left out, or typed `_`, leaves the policy generic over domains. A parameter
//! may be a pattern (`Action::Edit`, `(Action::Edit | Action::Delete)`, `User { admin: true, .. }`):
//! where it does not match, the policy does not apply. `#[policy(forbid)]` forbids;
//! `#[policy(unconditional)]` admits a body that always permits; `#[policy(rounds = 1)]` is a budget
//! that the compiler enforces; `#[policy(lazy)]` switches early asking off.
//!
//! **The body** is Rust: `return`, `if`, `match`, `let else`, `if let`, `matches!`, closures and calls
//! of plain functions. `.await` works on facts, `?` on `Option`. [`any`], [`all`] and [`each`] ask for
//! many keys in one round. Loads inside closures, loops, other functions or macros are refused; the
//! page `what_the_compiler_says` has every refusal, with its reason and its remedy.
//! What may be missing has no order: since `None` is less than everything, `<`, `max`, `sort` and the like
//! do not compile on it, wherever a fact feeds it and its type shows it; the page says what rustc cannot see.
//! A plain name with a capital in a pattern, of a parameter or in a body, is a variant, a constant or a unit
//! struct, and never a new binding: a slip does not compile. [`any`], [`all`], [`each`] and [`lazy`] are
//! items, imported or named by their path (`gatehouse::any`); what else has such a name is not taken for
//! one. Attributes inside a rule are honoured or refused.
//! Bodies are pure: the compiler may evaluate a key early, and a body more than once.
//!
//! - *A side of `||` or `&&` beside a fact changes nothing outside of it*, and Rust's own compiler sees to
//!   that: a side is a closure that is `Clone + Send`, so it has no unique borrow, and no `Cell`. It may
//!   look at what it likes, move what is `Clone`, leave by `?` or `return`, and change what it declares
//!   itself. What it uses up, it clones; an iterator that it advances, it makes. Everything else belongs
//!   into a `let` of its own, before or after.
//! - *[`any`] and [`all`] take their iterator to its end*, whatever is known, and read no key after the one
//!   that decides. One without an end has no answer.
//! - *What may not be come to may run early*: a key that a fact guards, and what leads to it, as far as it
//!   looks like paths, fields, getters, comparisons. If it panics, the panic is caught and means nothing,
//!   but the panic hook runs and reports it. With `panic = "abort"` no panic is caught: there nothing runs
//!   early that may panic by its tokens (a getter, an index, a comparison), which can cost a round, and a
//!   failed side of `||` or `&&` stands where the other one may panic. What tokens do not tell ends the
//!   process even so: a `Deref` of yours behind a `.` or a `*`, a `Not`, and what a key, a value or a default
//!   does by itself (`Hash`, `Eq`, `Clone`, `Drop`).
//!
//! # Decisions
//!
//! Forbids beat permits; no permit, no access; indeterminate only where what is unknown could change
//! the outcome. The first row that fits:
//!
//! | situation | decision |
//! |---|---|
//! | a forbid applies | [`Deny`](Decision::Deny), whatever else is unknown |
//! | no permit applies and none is indeterminate (an empty gate included) | `Deny`, whatever a forbid would have said |
//! | otherwise, a forbid is indeterminate | [`Indeterminate`](Decision::Indeterminate) |
//! | otherwise, a permit applies | [`Allow`](Decision::Allow), even if another permit is indeterminate |
//! | otherwise (some permit is indeterminate) | `Indeterminate` |
//!
//! The outcome is a function of the facts alone: not of timing, batch size, order, or what was cached.
//!
//! # Why a failure never lets anybody in
//!
//! - *A body never sees an error.* A load that failed ends the run of the policy there; what `.await`
//!   gives is a value or a missing value, so no `match` arm, `unwrap_or` or `!` can turn a failure
//!   around.
//! - *What is unknown is not false.* A policy that was ended is indeterminate, and an indeterminate
//!   forbid or permit is weighed as above: had it been loaded, it might have said either.
//! - *`||` and `&&` look past a failure only to a certainty.* `A || B` with `A` failed is true if `B`
//!   is, because `A` could not have changed it: neither side can change what the other, or the rest of the
//!   body, looks at. Where `A` could have left the policy (`A(x).await? || …`) the failure stands.
//! - *A key that comes back in another spelling is not missing.* Where a source answers keys that
//!   nobody asked for, those of the call that it leaves out have failed: [`FactSource`] says how to
//!   answer, and [`Loaded::more_than_asked`] which sources are excepted.
//! - *Only [`Decision::Allow`] grants*, and nobody outside this crate can make one.
//! - *A body that breaks its contract gains nothing.* One that asks for another key each time it runs
//!   ends indeterminate; one that panics ends its task.
//! - *What Rust cannot see, nobody holds a body to*: locks, atomics and once-cells, channels, statics,
//!   thread-locals, files and the rest of the outside, clocks and random numbers; how many share an `Arc`
//!   (a side of `||` or `&&` drops what it takes by value with itself, also where it did not run); and a
//!   `Clone` of yours that copies a unique borrow. A body that uses them is not pure, and no rule: what it
//!   does can depend on what failed and on what was cached, and its explanation can contradict its decision.
//!   What changes from one look to the next, the time above all, belongs into the context, once for a
//!   request.
//!
//! # Why
//!
//! [`Bound::explain`] decides as `check` does and says why: an [`Explanation`] with each policy, each
//! condition as written, what it came to, the facts that were read for it, and the nearest change that
//! would have decided otherwise. It runs the same compiled code on the same facts before a watcher's
//! eyes, so it agrees with the decision by construction; where nobody watches nothing is left of it in
//! the code that runs.
//!
//! What `#[sensitive]` stands on, a fact or a key part, is shown nowhere: not in an explanation, an
//! error, a span, a record or a test's report. What conditions on it came to is shown, as the decision
//! itself shows it; so a secret `bool` is better the key of a fact that asks a question of it. A derived
//! fact is as sensitive as what it is computed from, unless it is a `bool`; a key part that is computed
//! from a sensitive value wants the mark itself.
//!
//! # Plans
//!
//! A *round* is one set of loads that run side by side: one call per fact (more only where a source
//! limits its batch), every key once, across all policies of the gate and all resources of the batch.
//! Conditions on facts do not delay a load: `A(x).await || B(y).await` asks for both in one round.
//! Conditions on local data do: `doc.shared && A(doc.id).await` asks for nothing when `doc.shared` is
//! false; and a condition on facts does once they are known. [`Gate::plan`] shows it all before
//! anything runs, as text, as a graph and as JSON, and [`GatePlan::outline`] is made for snapshot
//! tests. [`Gate::within_rounds`] is a budget for a gate, checked when it is compiled.
//!
//! # Features
//!
//! - `tracing` (default): a span per evaluation and per load, and an event per decision on the target
//!   `gatehouse::decision`. No key and no value is shown at level `info`.
//! - `metrics`: counters and histograms through the `metrics` facade. The page `what_telemetry_says`
//!   has the names of all that can be watched.
//! - `serde`: plans and explanations serialise.
//! - `records`: decision records, which a `Recorder` passes on.
//! - `json`: `JsonLines`, which writes decision records to a file.
//! - `testing`: the module `testing`, facts from literal rows, assertions about decisions, and the
//!   coverage of policies. For dev-dependencies.
//!
//! The library needs no particular runtime: [`Session::with_deadline`] and [`Timeout`] take the sleep
//! of yours.

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
mod limit;
mod observe;
mod plan;
mod policy;
#[doc(hidden)]
pub mod private;
mod session;
mod source;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod unwind;

pub mod prelude;
/// Not compiled: pages of the documentation.
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../doc/what-the-compiler-says.md")]
pub mod what_the_compiler_says {}
/// Not compiled: the names of spans, events and metrics.
#[cfg(all(doc, not(doctest)))]
#[doc = include_str!("../doc/what-telemetry-says.md")]
pub mod what_telemetry_says {}

pub use combinators::{OnlyInPolicies, all, any, each, lazy};
pub use decision::{
    AccessError, Allowed, Decision, Denied, FailedFacts, FilterError, Indeterminate, Undecided,
};
pub use domain::{Description, Domain};
pub use eval::ResolvedBy;
pub use explanation::Explanation;
pub use fact::{FactError, FactKey, FailedFact, LoadedFact, SourceError};
pub use gate::{Bound, DynGate, DynPolicies, Gate, NoContext, Rules, Static, SuppliesContext};
pub use gatehouse_macros::{Sources, fact, policy};
pub use limit::{MaxConcurrent, Timeout};
#[cfg(feature = "metrics")]
pub use observe::describe_metrics;
#[cfg(feature = "json")]
pub use observe::records::JsonLines;
#[cfg(feature = "records")]
pub use observe::records::{
    DecisionRecord, DecisionSink, EvaluationRecord, NotFlushed, Recorder, SessionId, SinkError,
};
pub use plan::{
    Condition, ConditionKind, Cost, Derivation, Effect, GatePlan, Guard, LoadKind, Location, Plan,
    PlannedLoad, PolicyInfo, Wait,
};
pub use policy::{DynPolicy, LocalSet, Policy, PolicyList, PolicySet, boxed};
pub use session::{IntoSources, LoadsInFlight, Session, Sources};
pub use source::{FactSource, Loaded};
