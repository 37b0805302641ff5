//! Policies chosen at run time.

use super::rule::Rule;
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop, Trace};
use crate::plan::PolicyInfo;
use crate::session::Sources;

/// A policy chosen at run time, to be put into a [`DynGate`](crate::dynamic::DynGate).
///
/// ```
/// use gatehouse::dynamic::DynPolicy;
/// use gatehouse::prelude::*;
/// # struct User { admin: bool } struct Document; struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] struct NoFacts {}
/// #[policy]
/// fn admin(user: &User) -> bool { user.admin }
///
/// let boxed: Box<dyn DynPolicy<Documents, NoFacts>> = gatehouse::dynamic::boxed::<admin, _, _>();
/// assert_eq!(boxed.info().name, "admin");
/// ```
pub trait DynPolicy<D: Domain, P: Sources>: Send + Sync {
    /// Name, effect, documentation, place and plan.
    fn info(&self) -> &'static PolicyInfo;

    #[doc(hidden)]
    fn evaluate(&self, request: &Request<'_, D>, cx: &mut Cx<P>) -> Result<bool, Stop>;

    /// [`DynPolicy::evaluate`], observed by a trace.
    #[doc(hidden)]
    fn explain(&self, request: &Request<'_, D>, cx: &mut Cx<P, Trace>) -> Result<bool, Stop>;

    #[doc(hidden)]
    fn ask(&self, request: &Request<'_, D>, cx: &mut Cx<P>);
}

/// A policy without its type.
struct Erased<A>(std::marker::PhantomData<fn() -> A>);

impl<D: Domain, P: Sources, A: Rule<D, P>> DynPolicy<D, P> for Erased<A> {
    fn info(&self) -> &'static PolicyInfo {
        A::INFO
    }

    fn evaluate(&self, request: &Request<'_, D>, cx: &mut Cx<P>) -> Result<bool, Stop> {
        A::evaluate(request, cx)
    }

    fn explain(&self, request: &Request<'_, D>, cx: &mut Cx<P, Trace>) -> Result<bool, Stop> {
        A::evaluate(request, cx)
    }

    fn ask(&self, request: &Request<'_, D>, cx: &mut Cx<P>) {
        A::ask(request, cx);
    }
}

/// The policy `A`, for a gate that is put together at run time; see [`DynPolicy`].
#[must_use]
pub fn boxed<A: Rule<D, P>, D: Domain, P: Sources>() -> Box<dyn DynPolicy<D, P>> {
    Box::new(Erased::<A>(std::marker::PhantomData))
}
