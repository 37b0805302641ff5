//! The session: a handle, the state that its clones share, and the deadline.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc as StdArc;
use std::time::Instant;

use super::generation::Generation;
use super::shared_future::{SharedFuture, WaiterSet};
use super::storage::Sources;
#[cfg(doc)]
use crate::source::Call;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::source::Lent;
use crate::sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, OnceLock, Ordering};
use crate::unwind;

/// The facts of one request: every fact that was loaded for it, each key loaded once.
///
/// Make one per request, because a cache across requests would grant what was revoked in between, and
/// share it among everything that the request does. It is cheap (nothing is allocated before the first
/// load or clone) and `Send + Sync`; a clone is the same session.
///
/// ```
/// use gatehouse::prelude::*;
/// use std::sync::Arc;
///
/// #[derive(Sources)]
/// struct AppFacts {}
///
/// let facts = Arc::new(AppFacts {});
/// let session = Session::new(facts.clone());   // or `Session::new(AppFacts {})`
/// # let _ = session;
/// ```
pub struct Session<P: Sources> {
    /// The state of the handle, until it is shared: most sessions have one handle only.
    ///
    /// Lock order: this one, then those of the shared state.
    unshared: Mutex<Unshared<P>>,
    shared: OnceLock<Arc<Shared<P>>>,
    /// The number of evaluations that were made from this handle and are not over.
    evaluations: AtomicUsize,
    /// Where decisions are recorded. It belongs to the handle and is not shared, so that it takes no lock.
    #[cfg(feature = "records")]
    pub(super) audit: Option<StdArc<crate::observe::records::AuditContext>>,
}

/// The state of a handle that shares nothing yet.
enum Unshared<P: Sources> {
    /// No fact was asked for yet.
    Sources(StdArc<P>),
    /// The first generation.
    Generation(Arc<Generation<P>>),
    /// The state is shared.
    Shared(Arc<Shared<P>>),
}

impl<P: Sources> Unshared<P> {
    fn generation(&self) -> Option<&Arc<Generation<P>>> {
        match self {
            Self::Generation(generation) => Some(generation),
            Self::Sources(_) | Self::Shared(_) => None,
        }
    }

    /// Makes the first generation, if there is none yet.
    fn ensure_generation(&mut self) {
        if let Self::Sources(sources) = self {
            *self = Self::Generation(Arc::new(Generation::new_first(StdArc::clone(sources))));
        }
    }

    fn share(&mut self) -> Arc<Shared<P>> {
        let shared = match self {
            Self::Sources(sources) => {
                Shared::new(Arc::new(Generation::new_first(StdArc::clone(sources))))
            }
            Self::Generation(generation) => Shared::new(Arc::clone(generation)),
            Self::Shared(shared) => return Arc::clone(shared),
        };
        let shared = Arc::new(shared);
        *self = Self::Shared(Arc::clone(&shared));
        shared
    }
}

/// The state that the clones of a session share. A session that was never cloned, has no deadline and
/// still has its first sources has none.
struct Shared<P: Sources> {
    current: Mutex<Arc<Generation<P>>>,
    /// The waiters of all generations of the session.
    waiters: Arc<WaiterSet>,
    deadline: Mutex<Deadline>,
    cloned: AtomicBool,
}

impl<P: Sources> Shared<P> {
    fn new(generation: Arc<Generation<P>>) -> Self {
        Self {
            waiters: Arc::clone(&generation.waiters),
            current: Mutex::new(generation),
            deadline: Mutex::new(Deadline::Never),
            cloned: AtomicBool::new(false),
        }
    }
}

/// The deadline of a session.
enum Deadline {
    Never,
    /// It passes when this future ends, which is driven by the waiters, as a load is.
    Ahead(StdArc<SharedFuture>),
    Passed,
}

impl Deadline {
    /// Drops the future, if it has not ended.
    fn cancel(&self) {
        if let Self::Ahead(deadline) = self {
            deadline.cancel();
        }
    }
}

impl<P: Sources> Drop for Shared<P> {
    fn drop(&mut self) {
        let deadline = std::mem::replace(&mut *self.deadline.lock(), Deadline::Passed);
        deadline.cancel();
    }
}

/// The argument of [`Session::new`]: sources, or an `Arc` of them.
///
/// [`#[derive(Sources)]`](derive@crate::Sources) writes it. It is not implemented for every `P: Sources`:
/// so the session's type stays unknown where the argument is not a set of sources, and this is the only
/// error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of sources",
    label = "expected a struct with `#[derive(Sources)]`, or an `Arc` of one",
    note = "write `#[derive(Sources)]` on the struct, and `#[loads(Fact, …)]` on each field that is a source"
)]
pub trait IntoSources<P> {
    /// Shares the sources.
    fn into_sources(self) -> StdArc<P>;
}

#[diagnostic::do_not_recommend]
impl<P: Sources> IntoSources<P> for StdArc<P> {
    fn into_sources(self) -> StdArc<P> {
        self
    }
}

/// A load of the session is in flight, so its sources cannot be replaced now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadsInFlight;

impl fmt::Display for LoadsInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session has loads in flight")
    }
}

impl std::error::Error for LoadsInFlight {}

impl<P: Sources> Session<P> {
    /// A session without facts.
    pub fn new(sources: impl IntoSources<P>) -> Self {
        Self {
            unshared: Mutex::new(Unshared::Sources(sources.into_sources())),
            shared: OnceLock::new(),
            evaluations: AtomicUsize::new(0),
            #[cfg(feature = "records")]
            audit: None,
        }
    }

    /// Answers from `sources` from now on, and forgets everything that was loaded. Evaluations that
    /// have begun start over.
    ///
    /// # Errors
    /// [`LoadsInFlight`] while a load is in flight; nothing is changed then.
    pub fn replace_sources(&self, sources: impl IntoSources<P>) -> Result<(), LoadsInFlight> {
        let sources = sources.into_sources();
        let shared = self.shared();
        let mut current = shared.current.lock();
        let next = current.followed_by(sources);
        if !current.close_if_idle() {
            return Err(LoadsInFlight);
        }
        let former = std::mem::replace(&mut *current, Arc::new(next));
        drop(current);
        // The destructors of its values and sources are the user's code.
        unwind::drop_quietly(former);
        Ok(())
    }

    /// Forgets everything that was loaded, failures included, so that the next evaluation loads again:
    /// for a retry within the request, or for the next message of a long-lived connection.
    ///
    /// # Errors
    /// [`LoadsInFlight`] while a load is in flight; nothing is changed then.
    pub fn refresh(&self) -> Result<(), LoadsInFlight> {
        let sources = StdArc::clone(&self.generation().sources);
        self.replace_sources(sources)
    }

    /// Sets the deadline: the session gives up when `deadline` ends. It is a sleep of your runtime, which
    /// counts from when it was made.
    ///
    /// Loads that are in flight then count as failed, and undecided resources are decided once more on the
    /// known facts: a forbid that applies still denies, and a permit that applies still allows. After the
    /// deadline nothing is loaded any more; known facts stay known. The deadline holds for every clone of
    /// the session, and for evaluations that wait already; another call replaces it.
    ///
    /// A page that computes for long ends soon after the deadline, too. The evaluation looks at the deadline
    /// whenever it yields (see [`Bound::check_all`](crate::Bound::check_all)); once it has passed, the
    /// evaluation goes on for some thirty thousand reads, or resources without facts. The remaining
    /// resources are indeterminate without a run, and their failure names the policy and says that it was
    /// not run; none is allowed. A single check is always run.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # #[derive(Sources)] struct AppFacts {}
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::time::Duration;
    ///
    /// let session = Session::new(AppFacts {})
    ///     .with_deadline(tokio::time::sleep(Duration::from_millis(200)));
    /// # let _ = session; }
    /// ```
    #[must_use]
    pub fn with_deadline(self, deadline: impl Future<Output = ()> + Send + 'static) -> Self {
        self.set_deadline(None, deadline)
    }

    /// Sets the deadline, as [`with_deadline`](Self::with_deadline) does, and tells the sources when it is:
    /// the loads that begin from now on have it in their [`Call`]. `deadline` ends at the time `at`.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # #[derive(Sources)] struct AppFacts {}
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::time::{Duration, Instant};
    ///
    /// let at = Instant::now() + Duration::from_millis(200);
    /// let session = Session::new(AppFacts {})
    ///     .with_deadline_at(at, tokio::time::sleep_until(at.into()));
    /// # let _ = session; }
    /// ```
    #[must_use]
    pub fn with_deadline_at(
        self,
        at: Instant,
        deadline: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        self.set_deadline(Some(at), deadline)
    }

    fn set_deadline(
        self,
        at: Option<Instant>,
        deadline: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let shared = self.shared();
        // Under the lock, so that it is not lost when the sources are replaced meanwhile.
        let current = shared.current.lock();
        if at.is_some() || current.has_call() {
            current.change_call(|call| call.set_deadline(at));
        }
        drop(current);
        let deadline = SharedFuture::for_session(Box::pin(deadline), Arc::clone(&shared.waiters));
        let former = std::mem::replace(&mut *shared.deadline.lock(), Deadline::Ahead(deadline));
        former.cancel();
        // The waiters drive it from now on.
        shared.waiters.wake();
        self
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    /// Lends `resource` to the loads that begin from now on, in place of a field of the session's sources.
    pub(crate) fn lend<F: 'static>(
        &self,
        field: impl Fn(&P) -> &F,
        resource: &StdArc<dyn Any + Send + Sync>,
    ) {
        loop {
            let sources = StdArc::clone(&self.generation().sources);
            let field = field(&sources);
            let (address, all) =
                (std::ptr::from_ref(field).addr(), StdArc::as_ptr(&sources).addr());
            // Where `field` is behind a pointer, no load would find what is lent.
            let is_inside = address >= all && address + size_of::<F>() <= all + size_of::<P>();
            let place = is_inside.then(|| (TypeId::of::<F>(), address));
            // Under the lock, so that it is still lent after a refresh.
            let current = self.shared().current.lock();
            if StdArc::ptr_eq(&current.sources, &sources) {
                let resource = StdArc::clone(resource);
                current
                    .change_call(|call| call.lend(Lent { place, resource, sources, others: None }));
                return;
            }
            // The sources were replaced meanwhile.
        }
    }

    /// Whether the session's deadline has passed. Drives the deadline, so that its end wakes the waiters.
    pub(crate) fn is_overdue(&self) -> bool {
        let Some(shared) = self.shared.get() else { return false };
        let ahead = match &*shared.deadline.lock() {
            Deadline::Never => return false,
            Deadline::Passed => return true,
            Deadline::Ahead(ahead) => StdArc::clone(ahead),
        };
        // A deadline that panics counts as passed.
        if !ahead.drive() {
            return false;
        }
        let mut deadline = shared.deadline.lock();
        let is_the_same = matches!(&*deadline, Deadline::Ahead(it) if StdArc::ptr_eq(it, &ahead));
        if is_the_same {
            *deadline = Deadline::Passed;
            drop(deadline);
            shared.waiters.wake();
        }
        is_the_same
    }

    fn shared(&self) -> &Arc<Shared<P>> {
        if let Some(shared) = self.shared.get() {
            return shared;
        }
        let mut unshared = self.unshared.lock();
        // Under the lock, so that no other thread initialises it meanwhile.
        self.shared.get_or_init(|| unshared.share())
    }

    /// The state of the handle, unless it is shared; it is not shared while the guard is held.
    #[inline]
    fn lock_unshared(&self) -> Option<MutexGuard<'_, Unshared<P>>> {
        if self.shared.get().is_some() {
            return None;
        }
        let unshared = self.unshared.lock();
        // Checked again under the lock: another thread may have shared it meanwhile.
        self.shared.get().is_none().then_some(unshared)
    }

    /// The present generation.
    pub(crate) fn generation(&self) -> Arc<Generation<P>> {
        if let Some(mut unshared) = self.lock_unshared() {
            unshared.ensure_generation();
            if let Some(generation) = unshared.generation() {
                return Arc::clone(generation);
            }
        }
        Arc::clone(&self.shared().current.lock())
    }

    /// The present generation, if there is one: not before the first load or clone.
    #[inline]
    pub(crate) fn generation_if_any(&self) -> Option<Arc<Generation<P>>> {
        match self.lock_unshared() {
            Some(unshared) => unshared.generation().cloned(),
            None => Some(Arc::clone(&self.shared().current.lock())),
        }
    }

    /// Counts an evaluation from when it is made, before it is first polled: evaluations that are polled
    /// earlier then know that it will ask for facts.
    pub(crate) fn register_evaluation(&self) -> EvaluationGuard<'_, P> {
        // Relaxed, because it is a hint: a stale value costs a batch of its own or one more poll.
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        EvaluationGuard(self)
    }

    /// Whether other evaluations may be about to ask for facts.
    pub(crate) fn has_other_evaluations(&self) -> bool {
        // Relaxed, both: see `register_evaluation`.
        self.evaluations.load(Ordering::Relaxed) > 1
            || self.shared.get().is_some_and(|shared| shared.cloned.load(Ordering::Relaxed))
    }
}

impl<P: Sources> Clone for Session<P> {
    fn clone(&self) -> Self {
        let shared = self.shared();
        shared.cloned.store(true, Ordering::Relaxed);
        Self {
            unshared: Mutex::new(Unshared::Shared(Arc::clone(shared))),
            shared: OnceLock::from(Arc::clone(shared)),
            evaluations: AtomicUsize::new(0),
            #[cfg(feature = "records")]
            audit: self.audit.clone(),
        }
    }
}

impl<P: Sources> fmt::Debug for Session<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// One evaluation on a session, from its making to its end.
pub(crate) struct EvaluationGuard<'s, P: Sources>(&'s Session<P>);

impl<P: Sources> Drop for EvaluationGuard<'_, P> {
    fn drop(&mut self) {
        self.0.evaluations.fetch_sub(1, Ordering::Relaxed);
    }
}
