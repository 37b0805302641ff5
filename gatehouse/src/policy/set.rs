//! Sets of policies: a policy, or a tuple of up to 24 sets.

use super::rule::Rule;
use crate::domain::Domain;
use crate::plan::Policies;
use crate::session::Sources;

/// The policies of a static gate: a policy, or a tuple of up to 24 policies or of such tuples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a policy nor a tuple of up to 24 policies",
    label = "expected policies: functions with `#[policy]`, named here without `()`",
    note = "of more than 24 policies, make groups: `((a, b), (c, d))`"
)]
pub trait PolicyList: Listed {}

// The bounds of a gate's functions are blanket traits, here and below: of any other trait the
// compiler lists every tuple that implements it, in each message about a gate.
impl<S: Listed> PolicyList for S {}

/// The trait behind [`PolicyList`], implemented for every policy and for tuples.
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

/// The trait behind [`PolicySet`], implemented for every policy and for tuples.
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

/// The trait behind [`LocalSet`], implemented for every policy and for tuples.
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
