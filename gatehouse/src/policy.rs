//! Policies: what they are called, what they mean, and the sets that a gate is made of.

use std::fmt;

use crate::described::Described;
use crate::plan::Plan;
use crate::private::{Cx, Request, Stop, Trace, Watch};
use crate::source::Sources;

/// What a gate decides about: who does what to which thing, under which circumstances.
///
/// ```
/// use gatehouse::prelude::*;
/// # pub struct User; pub enum Action { Read } pub struct Document;
/// /// May a user do an action to a document?
/// pub struct Documents;
/// impl Domain for Documents {
///     type Subject = User;
///     type Action = Action;
///     type Resource = Document;
///     type Context = ();
/// }
/// ```
///
/// The functions say how its parts are named in what is written down about a decision. Each says
/// nothing unless you write it, so that no personal data goes anywhere by accident; none has a part
/// in a decision.
///
/// ```
/// use gatehouse::{Described, prelude::*};
/// # pub struct User { id: u64 } pub struct Document { id: u64 }
/// # #[derive(Debug)] pub enum Action { Read }
/// # pub struct Documents;
/// impl Domain for Documents {
///     type Subject = User;
///     type Action = Action;
///     type Resource = Document;
///     type Context = ();
///
///     fn describe_subject(user: &User) -> Described {
///         Described::of(user.id)
///     }
///
///     fn describe_action(action: &Action) -> Described {
///         match action {
///             Action::Read => "read".into(),
///         }
///     }
///
///     fn describe_resource(doc: &Document) -> Described {
///         format!("document {}", doc.id).into()
///     }
/// }
/// # assert_eq!(Documents::describe_resource(&Document { id: 1 }).as_str(), Some("document 1"));
/// # assert_eq!(Documents::describe_context(&()).as_str(), None);
/// ```
pub trait Domain: 'static {
    /// Who asks.
    type Subject: ?Sized + Sync;
    /// What they want to do.
    type Action: ?Sized + Sync;
    /// To what.
    type Resource: ?Sized + Sync;
    /// What else counts: the time, the address, the device. `()` if nothing does.
    type Context: ?Sized + Sync;

    /// How the audit log names who asks; once per evaluation.
    #[must_use]
    fn describe_subject(_subject: &Self::Subject) -> Described {
        Described::nothing()
    }

    /// How the audit log names what they want to do; once per evaluation.
    #[must_use]
    fn describe_action(_action: &Self::Action) -> Described {
        Described::nothing()
    }

    /// How the audit log names to what; once per resource, so keep it cheap.
    #[must_use]
    fn describe_resource(_resource: &Self::Resource) -> Described {
        Described::nothing()
    }

    /// What the audit log says of what else counts; once per evaluation.
    #[must_use]
    fn describe_context(_context: &Self::Context) -> Described {
        Described::nothing()
    }
}

/// What a policy does when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Effect {
    /// It permits, unless a forbid applies.
    Permit,
    /// It forbids, whatever is permitted.
    Forbid,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permit => "permit",
            Self::Forbid => "forbid",
        })
    }
}

/// Where a policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Location {
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The module, as paths name it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub module: &'static str,
}

impl Location {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(file: &'static str, line: u32, module: &'static str) -> Self {
        Self { file, line, module }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What is known of a policy before it runs. Its `Debug` is short, as it stands in that of decisions and
/// errors: the plan has a `Display` of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyInfo {
    /// The function's name.
    pub name: &'static str,
    /// What it does when it applies.
    pub effect: Effect,
    /// Its doc comment, for those who are told that it decided.
    pub docs: &'static str,
    /// Where it is written.
    pub location: Location,
    /// What it loads.
    pub plan: Plan,
}

impl PolicyInfo {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        effect: Effect,
        docs: &'static str,
        location: Location,
        plan: Plan,
    ) -> Self {
        Self { name, effect, docs, location, plan }
    }
}

impl fmt::Debug for PolicyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, effect, location, .. } = self;
        write!(f, "{effect:?} {name} ({location})")
    }
}

impl fmt::Display for PolicyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

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
    fn evaluate<W: Watch>(request: &Request<'_, D>, cx: &mut Cx<P, W>) -> Result<bool, Stop>;
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

/// The policies of a set, known at compile time.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Policies {
    One(&'static PolicyInfo),
    Many(&'static [Policies]),
}

impl Policies {
    /// All of them, in order.
    pub(crate) fn list(self) -> Vec<&'static PolicyInfo> {
        match self {
            Self::One(policy) => vec![policy],
            Self::Many(sets) => sets.iter().flat_map(|set| set.list()).collect(),
        }
    }
}

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

/// A policy chosen at run time, to be put into a [`DynGate`](crate::DynGate).
///
/// ```
/// use gatehouse::{DynPolicy, prelude::*};
/// # struct User { admin: bool } struct Document; struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] struct NoFacts {}
/// #[policy]
/// fn admin(user: &User) -> bool { user.admin }
///
/// let boxed: Box<dyn DynPolicy<Documents, NoFacts>> = gatehouse::boxed::<admin, _, _>();
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
