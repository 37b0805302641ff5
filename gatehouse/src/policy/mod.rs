//! Policies: what they are called, what they mean, and the sets that a gate is made of.

use crate::domain::Domain;
use crate::eval::{Cx, Observer, Request, Stop, Trace};
use crate::plan::{Plan, Policies, PolicyInfo};
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

    /// What it loads.
    const PLAN: &'static Plan = &Self::INFO.plan;
}

/// A policy that can be run for the domain `D` with the sources `P`.
#[doc(hidden)]
pub trait Rule<D: Domain, P: Sources>: EarlyRule<D, P> {
    /// Does it apply?
    fn evaluate<W: Observer>(request: &Request<'_, D>, cx: &mut Cx<P, W>) -> Result<bool, Stop>;
}

/// What a policy asks for early. It has parts of the user's body, and what is unused in them is not the
/// user's: so it is a trait of its own, whose impl rustc takes for derived.
#[doc(hidden)]
pub trait EarlyRule<D: Domain, P: Sources>: Policy {
    /// Asks for every fact whose key is ready, though the policy stopped before it.
    fn ask(request: &Request<'_, D>, cx: &mut Cx<P>);
}

/// What a static gate is made of: a policy, or a tuple of up to 24 of them, or of such tuples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a policy nor a tuple of up to 24 policies",
    label = "expected policies: functions with `#[policy]`, named here without `()`",
    note = "of more than 24 policies, make groups: `((a, b), (c, d))`"
)]
pub trait PolicyList: Listed {}

// The bounds of a gate's functions are blanket traits, here and below: of any other trait the
// compiler lists every tuple that implements it, in each message about a gate.
impl<S: Listed> PolicyList for S {}

/// What stands behind [`PolicyList`]: written for every policy, and for tuples.
#[doc(hidden)]
pub trait Listed: 'static {
    /// The policies, in the gate's order.
    const POLICIES: Policies;
}

/// A policy or a set in a tuple, so that a message names the one that is none, and not the tuple.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "in this gate, `{Self}` stands among the policies",
    note = "a policy is a function with `#[policy]`, named in a gate without `()`"
)]
pub trait Member: Listed {}

#[diagnostic::do_not_recommend]
impl<S: Listed> Member for S {}

/// A set of policies that all decide about the domain `D`, and whose facts the sources `P` load.
pub trait PolicySet<D: Domain, P: Sources>: Decides<D, P> {}

impl<D: Domain, P: Sources, S: Decides<D, P>> PolicySet<D, P> for S {}

/// What stands behind [`PolicySet`]: written for every policy, and for tuples.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot decide about `{D}` with the sources `{P}`",
    note = "a policy is a function with `#[policy]`, named in a gate without `()`"
)]
pub trait Decides<D: Domain, P: Sources>: Listed {
    /// Shows each policy to `visitor`, in the gate's order.
    fn visit(visitor: &mut impl Visitor<D, P>);
}

/// Meets each policy of a set.
#[doc(hidden)]
pub trait Visitor<D: Domain, P: Sources> {
    fn rule<A: Rule<D, P>>(&mut self);
}

/// A set of policies none of which loads a fact, so that it can be asked without async.
pub trait LocalSet: LocalPolicies<Locally> {}

impl<S: LocalPolicies<Locally>> LocalSet for S {}

/// What stands behind [`LocalSet`]: written for every policy, and for tuples.
#[doc(hidden)]
pub trait LocalPolicies<M>: Listed {}

/// Stands for "loads nothing" in the bounds of policies; no fact implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` must be loaded, so this gate cannot be asked without async",
    label = "a policy of this gate loads `{Self}`",
    note = "use `check(…).await` instead of `check_local(…)`, or put the policies that load nothing into a gate of their own"
)]
pub trait LoadsNothing<M> {}

/// The marker under which [`LocalPolicies`] is asked for.
#[doc(hidden)]
pub enum Locally {}

macro_rules! sets_of_policies {
    ($($name:ident)*) => {
        impl<$($name: Member),*> Listed for ($($name,)*) {
            const POLICIES: Policies = Policies::Many(&[$($name::POLICIES),*]);
        }

        impl<D: Domain, P: Sources, $($name: Decides<D, P>),*> Decides<D, P> for ($($name,)*) {
            #[inline(always)]
            fn visit(visitor: &mut impl Visitor<D, P>) {
                let _ = &visitor;
                $($name::visit(visitor);)*
            }
        }

        impl<M, $($name: LocalPolicies<M>),*> LocalPolicies<M> for ($($name,)*) {}
    };
}

macro_rules! sets_up_to {
    () => { sets_of_policies!(); };
    ($first:ident $($rest:ident)*) => {
        sets_of_policies!($first $($rest)*);
        sets_up_to!($($rest)*);
    };
}

sets_up_to!(A B C E F G H I J K L N O Q R S T U V W X Y Z A1);

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

    /// As [`DynPolicy::evaluate`], before a watcher's eyes.
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
