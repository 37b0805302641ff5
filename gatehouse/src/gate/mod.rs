//! Gates: policies together, and what they decide.

mod bound;
mod combine;
#[cfg(feature = "testing")]
mod coverage;
mod evaluation;
mod executor;
mod explain;
mod observe;
mod outcome;
mod pace;
mod policies;
mod questions;
mod replay;
mod traced;

use std::fmt;
use std::marker::PhantomData;

use self::bound::GateType;
pub use self::bound::{Access, Bound, NoContext, SuppliesContext};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::pace::yield_now;
pub use self::policies::{DynPolicies, Rules, Static};
use crate::domain::Domain;
use crate::plan::PolicyInfo;
use crate::plan::{GatePlan, gate_within_budget};
use crate::policy::{DynPolicy, PolicyList, PolicySet};
use crate::session::Session;
use crate::session::Sources;

/// A gate: the policies that decide about a domain, listed in its type.
///
/// It is a constant; the type lists one policy, or a tuple of up to 24, or of such tuples.
/// [`Gate::bind`] says on which session it is asked, about whom and for which action.
///
/// ```
/// use gatehouse::prelude::*;
/// # struct User { id: u64 } enum Action { Read, Edit } struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = Action; type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] struct AppFacts {}
/// fact! { pub Suspended(user: u64) -> bool = false; }
///
/// #[policy(forbid)]
/// async fn suspended(user: &User) -> bool { Suspended(user.id).await }
///
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// static GATE: Gate<Documents, (suspended, owner)> = Gate::new();
/// assert_eq!(GATE.plan().rounds(), 1);
/// ```
pub struct Gate<D, S>(PhantomData<fn() -> (D, S)>);

impl<D: Domain, S: PolicyList> Gate<D, S> {
    /// The gate whose type says which policies it has. An empty one, `Gate<D, ()>`, denies all.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// This gate, if none of its policies needs more than `rounds` round trips. In a `static` or a `const`,
    /// where gates are declared, it does not compile otherwise.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    ///
    /// #[policy]
    /// async fn member(user: &User, doc: &Document) -> bool {
    ///     OrgMember(user.id, doc.org).await
    /// }
    ///
    /// static GATE: Gate<Documents, member> = Gate::new().within_rounds(1);
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    /// # #[policy]
    /// # async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
    /// static GATE: Gate<Documents, member> = Gate::new().within_rounds(0);
    /// ```
    ///
    /// # Panics
    /// If a policy needs more: at compile time in a `static` or a `const`, and when it is called
    /// elsewhere. The text names the load and what it waits for.
    #[must_use]
    #[track_caller]
    pub const fn within_rounds(self, rounds: u32) -> Self {
        gate_within_budget(S::POLICIES, rounds);
        self
    }

    /// The name, effect and plan of each policy, in the gate's order.
    pub fn policies(&self) -> Vec<&'static PolicyInfo> {
        S::POLICIES.list()
    }

    /// Rounds and loads, before anything runs.
    #[must_use]
    pub fn plan(&self) -> GatePlan {
        GatePlan::new(self.policies())
    }

    /// Asks on `session`, about `subject` and `action`. A domain with a context needs
    /// [`Bound::with_context`] next.
    #[inline]
    pub fn bind<'a, P: Sources>(
        &self,
        session: &'a Session<P>,
        subject: &'a D::Subject,
        action: &'a D::Action,
    ) -> Bound<'a, D, P, Static<S>>
    where
        S: PolicySet<D, P>,
    {
        Bound::new(Static::new(), session, subject, action)
    }
}

impl<D: Domain, S: PolicyList> GateType for Gate<D, S> {
    type Domain = D;
    type Rules = Static<S>;
}

impl<D: Domain, S: PolicyList> Default for Gate<D, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Domain, S: PolicyList> fmt::Debug for Gate<D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.policies().iter().map(|policy| policy.name)).finish()
    }
}

/// A gate whose policies are chosen at run time. It decides by the same executor as a [`Gate`].
///
/// ```
/// use gatehouse::dynamic::{DynGate, boxed};
/// use gatehouse::prelude::*;
/// # struct User { id: u64 } struct Document { owner: u64, public: bool } struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] struct AppFacts {}
/// # let allow_public = true;
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// #[policy]
/// fn public(_: &User, doc: &Document) -> bool { doc.public }
///
/// let mut gate: DynGate<Documents, AppFacts> = DynGate::new(vec![boxed::<owner, _, _>()]);
/// if allow_public {
///     gate.push(boxed::<public, _, _>());
/// }
/// assert_eq!(gate.plan().policies().len(), 2);
/// ```
pub struct DynGate<D: Domain, P: Sources> {
    policies: Vec<Box<dyn DynPolicy<D, P>>>,
}

impl<D: Domain, P: Sources> DynGate<D, P> {
    /// A gate with these policies, in this order. Without any it denies all.
    #[must_use]
    pub fn new(policies: Vec<Box<dyn DynPolicy<D, P>>>) -> Self {
        Self { policies }
    }

    /// Adds a policy at the end.
    pub fn push(&mut self, policy: Box<dyn DynPolicy<D, P>>) {
        self.policies.push(policy);
    }

    /// Rounds and loads, before anything runs.
    #[must_use]
    pub fn plan(&self) -> GatePlan {
        GatePlan::new(self.policies.iter().map(|policy| policy.info()).collect())
    }

    /// Asks on `session`, about `subject` and `action`; see [`Gate::bind`].
    pub fn bind<'a>(
        &'a self,
        session: &'a Session<P>,
        subject: &'a D::Subject,
        action: &'a D::Action,
    ) -> Bound<'a, D, P, DynPolicies<'a, D, P>> {
        Bound::new(&self.policies, session, subject, action)
    }
}

impl<D: Domain, P: Sources> fmt::Debug for DynGate<D, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.policies.iter().map(|policy| policy.info().name)).finish()
    }
}
