//! The traits of a policy.

use crate::domain::Domain;
use crate::eval::{Cx, Observer, Request, Stop};
use crate::plan::{Plan, PolicyInfo};
use crate::session::Sources;

/// A policy, as [`#[policy]`](macro@crate::policy) writes it for an annotated function. Not to be
/// implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "expected a function annotated with `#[policy]`",
    note = "write `#[policy]` on the function, and name it here without `()`"
)]
pub trait Policy: 'static {
    /// Name, effect, documentation, place and plan.
    const INFO: &'static PolicyInfo;

    /// Its plan: the facts that it loads, and its conditions.
    const PLAN: &'static Plan = &Self::INFO.plan;
}

/// A policy that can be run for the domain `D` with the sources `P`.
#[doc(hidden)]
pub trait Rule<D: Domain, P: Sources>: EarlyRule<D, P> {
    /// Does it apply?
    fn evaluate<W: Observer>(request: &Request<'_, D>, cx: &mut Cx<P, W>) -> Result<bool, Stop>;
}

/// The early requests of a policy. Their code repeats parts of the user's body, and rustc must not report unused
/// variables there. So it is a trait of its own, whose impl is marked as derived.
#[doc(hidden)]
pub trait EarlyRule<D: Domain, P: Sources>: Policy {
    /// Asks for every fact whose key is ready, though the policy stopped before it.
    fn ask(request: &Request<'_, D>, cx: &mut Cx<P>);
}
