//! A gate with a session, a subject and an action: ready to be asked about resources.

use std::borrow::Borrow;

#[cfg(feature = "testing")]
use super::coverage::record_coverage;
use super::executor::Evaluation;
use super::observe::{is_observed, observed_locally};
use super::outcome::decide_local;
use super::policies::{Rules, Static};
use super::questions::{Asked, One, Page, Questions};
#[cfg(feature = "testing")]
use super::traced::for_each_policy;
use crate::decision::{AccessError, Allowed, Decision, FilterError};
use crate::domain::{Domain, Question};
use crate::eval::Request;
use crate::explanation::Explanation;
use crate::policy::{LocalSet, PolicySet};
use crate::session::Sources;
use crate::session::{EvaluationGuard, Session};

/// No context was given: enough for domains whose context is `()`.
#[derive(Clone, Copy, Debug)]
pub struct NoContext;

/// The context of a bound gate: [`NoContext`], or a reference.
#[diagnostic::on_unimplemented(
    message = "this gate's domain has a context, `{C}`, and none was given",
    label = "no context was given",
    note = "call `.with_context(&…)` after `bind(…)`"
)]
pub trait SuppliesContext<C: ?Sized>: Copy + Send + Sync {
    /// The context.
    #[doc(hidden)]
    fn context(&self) -> &C;
}

impl SuppliesContext<()> for NoContext {
    fn context(&self) -> &() {
        &()
    }
}

impl<C: ?Sized + Sync> SuppliesContext<C> for &C {
    fn context(&self) -> &C {
        self
    }
}

/// A gate that is ready to be asked: [`check`](Self::check), [`authorize`](Self::authorize),
/// [`check_all`](Self::check_all), [`filter`](Self::filter).
///
/// Whatever is asked, each fact is loaded once per session and key, and a page costs the same
/// round trips as one resource.
#[must_use = "a gate that nobody asks protects nothing"]
pub struct Bound<'a, D: Domain, P: Sources, R, C = NoContext> {
    rules: R,
    session: &'a Session<P>,
    subject: &'a D::Subject,
    action: &'a D::Action,
    context: C,
}

/// The type of a gate, which [`Access`] names a bound gate by.
#[doc(hidden)]
pub trait GateType {
    type Domain: Domain;
    type Rules;
}

/// A [`Bound`] gate, named by the type of its gate: what a helper function returns.
///
/// `Access<'a, Gate, Sources>` is the gate on a session, with a subject and an action. Where the domain has a
/// context, the fourth parameter is a reference to it, as [`Bound::with_context`] gives it.
///
/// ```
/// use gatehouse::{Access, prelude::*};
/// # pub struct User { id: u64 } pub enum Action { Read } pub struct Document { owner: u64 }
/// # pub struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = Action; type Resource = Document; type Context = ();
/// # }
/// # #[derive(Sources)] pub struct AppFacts {}
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// type DocumentGate = Gate<Documents, owner>;
/// static GATE: DocumentGate = Gate::new();
///
/// fn reading<'a>(session: &'a Session<AppFacts>, user: &'a User) -> Access<'a, DocumentGate, AppFacts> {
///     GATE.bind(session, user, &Action::Read)
/// }
///
/// let (session, ann) = (Session::new(AppFacts {}), User { id: 7 });
/// assert!(reading(&session, &ann).check_local(&Document { owner: 7 }).is_allow());
/// ```
pub type Access<'a, G, P, C = NoContext> =
    Bound<'a, <G as GateType>::Domain, P, <G as GateType>::Rules, C>;

impl<'a, D: Domain, P: Sources, R> Bound<'a, D, P, R> {
    #[inline]
    pub(super) fn new(
        rules: R,
        session: &'a Session<P>,
        subject: &'a D::Subject,
        action: &'a D::Action,
    ) -> Self {
        Self { rules, session, subject, action, context: NoContext }
    }

    /// Sets the context.
    pub fn with_context(self, context: &'a D::Context) -> Bound<'a, D, P, R, &'a D::Context> {
        let Self { rules, session, subject, action, context: NoContext } = self;
        Bound { rules, session, subject, action, context }
    }
}

// The context is asked for at each method, not at the impl: there the compiler says what is missing.
impl<D: Domain, P: Sources, R: Rules<D, P>, C> Bound<'_, D, P, R, C> {
    fn asked(&self) -> Asked<'_, D, P, R>
    where
        C: SuppliesContext<D::Context>,
    {
        let (subject, action, context) = (self.subject, self.action, self.context.context());
        let question = Question { subject, action, context };
        Asked { rules: self.rules, session: self.session, question }
    }

    /// Counts what is asked of a gate that may load, now and not at the first poll: see `Session::register_evaluation`.
    #[inline]
    fn register_evaluation(&self) -> Option<EvaluationGuard<'_, P>> {
        if self.rules.reads_facts() { Some(self.session.register_evaluation()) } else { None }
    }

    /// The sources that are asked.
    #[cfg(feature = "testing")]
    pub(crate) fn sources(&self) -> std::sync::Arc<P> {
        std::sync::Arc::clone(&self.session.generation().sources)
    }

    /// Decides about one resource.
    ///
    /// # Cancel safety
    /// Dropping the future is harmless. One that is kept and not polled (it lost a `select!`, or it
    /// is in a `buffer_unordered` whose body awaits something else) holds up nobody on this session (of a
    /// crowd of more than sixteen that are often woken in vain, two are woken to drive its loads), nor
    /// behind a [`MaxConcurrent`](crate::limit::MaxConcurrent); but what its loads took elsewhere, a connection of
    /// a pool say, they keep until somebody drives them. A [`Timeout`](crate::limit::Timeout) inside a
    /// `MaxConcurrent` ends that.
    pub fn check<'x>(
        &'x self,
        resource: &'x D::Resource,
    ) -> impl Future<Output = Decision> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
    {
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            let undecided = match self.asked().try_without_loading(resource) {
                Ok(decision) => return decision,
                Err(undecided) => undecided,
            };
            let questions = self.asked().about(One(resource));
            self.evaluation(&questions).decide_boxed(undecided).await
        }
    }

    /// Decides about a resource, and explains the decision: each policy, the conditions that it met, the facts
    /// that it read, and the conditions that would have changed the decision.
    ///
    /// It decides as [`check`](Self::check) does, on the same session, so known facts are not loaded again. Then
    /// the policies run once more, observed, on the facts of the decision. For a policy that was not needed
    /// nothing is loaded: it is shown as far as the known facts go, and if it panics, as unknown. Conditions that
    /// would have changed the decision are read off the plan, without a run.
    ///
    /// It is a decision, so it is recorded, counted and traced like any other.
    ///
    /// # Cancel safety
    /// Dropping the future is harmless.
    pub fn explain<'x>(
        &'x self,
        resource: &'x D::Resource,
    ) -> impl Future<Output = Explanation> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
    {
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            self.asked().explain(resource).await
        }
    }

    /// Lets the request go on, or not: for `?`.
    ///
    /// # Errors
    /// [`AccessError::Denied`] (403) or [`AccessError::Indeterminate`] (503).
    pub fn authorize<'x>(
        &'x self,
        resource: &'x D::Resource,
    ) -> impl Future<Output = Result<Allowed, AccessError>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
    {
        let check = self.check(resource);
        async move { check.await.into_result() }
    }

    /// Decides about many resources, in the round trips of one; decisions in input order.
    ///
    /// Takes an iterator of resources, of references to them, or of boxes.
    ///
    /// A long page never holds the thread: it yields whenever it has read some thousands of facts, or run
    /// some thousands of policies that read none. It does so between resources, because policies are not
    /// async underneath: one that reads a million facts about one resource reads them in one go. After the
    /// session's deadline it ends soon, see [`Session::with_deadline`].
    pub fn check_all<'x, T>(
        &'x self,
        resources: impl IntoIterator<Item = T>,
    ) -> impl Future<Output = Vec<Decision>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
        T: Borrow<D::Resource> + Send + Sync + 'x,
    {
        let items: Vec<T> = resources.into_iter().collect();
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            let questions = self.asked().about(Page { rows: &items, resource: &T::borrow });
            self.evaluation(&questions).decide_all(items.len()).await
        }
    }

    /// The items that are allowed, in input order, in the round trips of one.
    ///
    /// Takes an iterator of resources, of references to them, or of boxes. A long page yields, as
    /// [`check_all`](Self::check_all) does.
    ///
    /// # Errors
    /// [`FilterError`], which keeps all items, if any of them cannot be decided: a page with a hole
    /// looks like a page without. [`filter_lossy`](Self::filter_lossy) leaves them out.
    pub fn filter<'x, T>(
        &'x self,
        items: impl IntoIterator<Item = T>,
    ) -> impl Future<Output = Result<Vec<T>, FilterError<T>>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
        T: Borrow<D::Resource> + Send + Sync + 'x,
    {
        self.filter_by(items, T::borrow)
    }

    /// [`filter`](Self::filter) over rows that contain their resource.
    ///
    /// # Errors
    /// As [`filter`](Self::filter).
    pub fn filter_by<'x, T, F>(
        &'x self,
        rows: impl IntoIterator<Item = T>,
        resource: F,
    ) -> impl Future<Output = Result<Vec<T>, FilterError<T>>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
        T: Send + Sync + 'x,
        F: Fn(&T) -> &D::Resource + Send + Sync + 'x,
    {
        let rows: Vec<T> = rows.into_iter().collect();
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            let questions = self.asked().about(Page { rows: &rows, resource: &resource });
            let decisions = self.evaluation(&questions).decide_all(rows.len()).await;
            if decisions.iter().any(Decision::is_indeterminate) {
                return Err(FilterError::new(rows, decisions));
            }
            Ok(allowed(rows, &decisions))
        }
    }

    /// The items that are known to be allowed; those that cannot be decided are left out, like
    /// those that are denied.
    pub fn filter_lossy<'x, T>(
        &'x self,
        items: impl IntoIterator<Item = T>,
    ) -> impl Future<Output = Vec<T>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
        T: Borrow<D::Resource> + Send + Sync + 'x,
    {
        self.filter_lossy_by(items, T::borrow)
    }

    /// [`filter_lossy`](Self::filter_lossy) over rows that contain their resource.
    pub fn filter_lossy_by<'x, T, F>(
        &'x self,
        rows: impl IntoIterator<Item = T>,
        resource: F,
    ) -> impl Future<Output = Vec<T>> + Send + 'x
    where
        C: SuppliesContext<D::Context>,
        T: Send + Sync + 'x,
        F: Fn(&T) -> &D::Resource + Send + Sync + 'x,
    {
        let rows: Vec<T> = rows.into_iter().collect();
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            let questions = self.asked().about(Page { rows: &rows, resource: &resource });
            let decisions = self.evaluation(&questions).decide_all(rows.len()).await;
            allowed(rows, &decisions)
        }
    }

    fn evaluation<'q>(&self, questions: &'q dyn Questions<P>) -> Evaluation<'_, 'q, P> {
        Evaluation { session: self.session, questions }
    }
}

impl<D: Domain, P: Sources, S: PolicySet<D, P>, C> Bound<'_, D, P, Static<S>, C> {
    /// Decides about one resource without async: for gates none of whose policies loads a fact.
    /// With a policy that does, it does not compile.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { owner: u64 } struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # #[derive(Sources)] struct NoFacts {}
    /// #[policy]
    /// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
    ///
    /// static GATE: Gate<Documents, owner> = Gate::new();
    ///
    /// let session = Session::new(NoFacts {});
    /// let access = GATE.bind(&session, &User { id: 7 }, &());
    /// assert!(access.check_local(&Document { owner: 7 }).is_allow());
    /// ```
    #[inline]
    pub fn check_local(&self, resource: &D::Resource) -> Decision
    where
        S: LocalSet,
        C: SuppliesContext<D::Context>,
    {
        let context = self.context.context();
        // Made where it is needed: only an observed check needs it in memory.
        let request = || Request { subject: self.subject, action: self.action, resource, context };
        let decision = if is_observed(self.session) {
            // A copy, so that `self` need not be in memory either.
            let (rules, request) = (self.rules, request());
            let Request { subject, action, context, .. } = request;
            observed_locally(
                self.session.audit_context(),
                &Question::<D> { subject, action, context },
                &|_| D::describe_resource(resource),
                &|| decide_local(rules, &request),
            )
        } else {
            decide_local(self.rules, &request())
        };
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            record_coverage(
                &|meet| for_each_policy(self.rules, &request(), meet),
                &crate::eval::Cx::new(None),
            );
        }
        decision
    }
}

fn allowed<T>(rows: Vec<T>, decisions: &[Decision]) -> Vec<T> {
    let decided = rows.into_iter().zip(decisions);
    decided.filter(|(_, decision)| decision.is_allow()).map(|(row, _)| row).collect()
}
