//! The session as its users hold it: a handle, what its clones share, its deadline.

use std::fmt;
use std::sync::Arc as StdArc;

use super::generation::Generation;
use super::shared_future::{SharedFuture, WaiterSet};
use super::storage::Sources;
use crate::sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, OnceLock, Ordering};
use crate::unwind;

/// What one request knows: every fact that was loaded for it, each key loaded once.
///
/// Make one per request (a cache across requests would grant what was revoked in between) and share
/// it among everything that the request does: it is cheap (nothing is allocated before the first
/// load or clone), `Send + Sync`, and a clone is the same session.
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
    /// What it has of its own, until something is shared: most sessions stay with one handle.
    ///
    /// Lock order: this one, then those of what is shared.
    own: Mutex<Own<P>>,
    shared: OnceLock<Arc<Shared<P>>>,
    /// Evaluations that were made from this handle and are not over.
    live: AtomicUsize,
    /// Where decisions are recorded: with the handle and not shared, so that it takes no lock.
    #[cfg(feature = "records")]
    pub(super) audit: Option<StdArc<crate::observe::records::AuditContext>>,
}

/// What a handle has of its own.
enum Own<P: Sources> {
    /// Nothing was asked for yet.
    Sources(StdArc<P>),
    /// The first generation.
    Generation(Arc<Generation<P>>),
    /// Nothing: everything is shared.
    Shared(Arc<Shared<P>>),
}

impl<P: Sources> Own<P> {
    fn generation(&self) -> Option<&Arc<Generation<P>>> {
        match self {
            Self::Generation(generation) => Some(generation),
            Self::Sources(_) | Self::Shared(_) => None,
        }
    }

    /// Begins the first generation, if nothing is begun.
    fn begin(&mut self) {
        if let Self::Sources(sources) = self {
            *self = Self::Generation(Arc::new(Generation::first(StdArc::clone(sources))));
        }
    }

    fn share(&mut self) -> Arc<Shared<P>> {
        let shared = match self {
            Self::Sources(sources) => {
                Shared::new(Arc::new(Generation::first(StdArc::clone(sources))))
            }
            Self::Generation(generation) => Shared::new(Arc::clone(generation)),
            Self::Shared(shared) => return Arc::clone(shared),
        };
        let shared = Arc::new(shared);
        *self = Self::Shared(Arc::clone(&shared));
        shared
    }
}

/// What the clones of a session have in common. A session that was never cloned, and has no deadline
/// and its first sources, does without.
struct Shared<P: Sources> {
    current: Mutex<Arc<Generation<P>>>,
    /// Everybody who waits on the session, whatever its sources are meanwhile.
    everybody: Arc<WaiterSet>,
    deadline: Mutex<Deadline>,
    cloned: AtomicBool,
}

impl<P: Sources> Shared<P> {
    fn new(generation: Arc<Generation<P>>) -> Self {
        Self {
            everybody: Arc::clone(&generation.everybody),
            current: Mutex::new(generation),
            deadline: Mutex::new(Deadline::Never),
            cloned: AtomicBool::new(false),
        }
    }
}

/// When a session gives up.
enum Deadline {
    Never,
    /// When this future ends. Like a load, it is driven by whoever waits.
    Ahead(StdArc<SharedFuture>),
    Passed,
}

impl Deadline {
    /// Nobody waits for it any more.
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

/// What [`Session::new`] takes: sources, or an `Arc` of them.
///
/// Written by [`#[derive(Sources)]`](derive@crate::Sources), and not for every `P: Sources`: of a type
/// that is none, a session's type stays unknown, so that this is the only error.
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

/// The session's loads are in flight, so its sources cannot be replaced now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadsInFlight;

impl fmt::Display for LoadsInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session has loads in flight")
    }
}

impl std::error::Error for LoadsInFlight {}

impl<P: Sources> Session<P> {
    /// A session that knows nothing yet.
    pub fn new(sources: impl IntoSources<P>) -> Self {
        Self {
            own: Mutex::new(Own::Sources(sources.into_sources())),
            shared: OnceLock::new(),
            live: AtomicUsize::new(0),
            #[cfg(feature = "records")]
            audit: None,
        }
    }

    /// Answers from `sources` from now on, and forgets all that was loaded. Evaluations that are
    /// under way start over.
    ///
    /// # Errors
    /// [`LoadsInFlight`], and nothing changed, while a load is in flight.
    pub fn replace_sources(&self, sources: impl IntoSources<P>) -> Result<(), LoadsInFlight> {
        let sources = sources.into_sources();
        let shared = self.shared();
        let next = Generation::new(sources, Arc::clone(&shared.everybody));
        let mut current = shared.current.lock();
        if !current.retire() {
            return Err(LoadsInFlight);
        }
        let former = std::mem::replace(&mut *current, Arc::new(next));
        drop(current);
        // Its values and sources are the user's, and so are their destructors.
        unwind::drop_quietly(former);
        Ok(())
    }

    /// Forgets all that was loaded, failures included, so that the next evaluation asks anew: a
    /// retry within the request, or a long-lived connection that begins its next message.
    ///
    /// # Errors
    /// [`LoadsInFlight`], and nothing changed, while a load is in flight.
    pub fn refresh(&self) -> Result<(), LoadsInFlight> {
        let sources = StdArc::clone(&self.generation().sources);
        self.replace_sources(sources)
    }

    /// Gives up when `deadline` ends: a sleep of your runtime, counted from when it was made.
    ///
    /// Loads that are still open then count as failed, and what is undecided is decided once more:
    /// a forbid that is known still denies, and what is known to be allowed is allowed. After the
    /// deadline nothing is loaded any more; what is known stays known. It holds for every clone of
    /// the session, and for whoever waits on it already; another call sets another one in its place.
    ///
    /// A page that takes long by itself ends soon after it, too: the evaluation looks at the deadline
    /// whenever it yields (see [`Bound::check_all`](crate::Bound::check_all)), and from then on decides what
    /// some thirty thousand reads, or resources without facts, allow. What is left is indeterminate without
    /// a run, with a failure that names the policy and says that it was not run; it is never allowed. A
    /// single check is always run.
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
        let shared = self.shared();
        let deadline =
            SharedFuture::of_everybody(Box::pin(deadline), Arc::clone(&shared.everybody));
        let former = std::mem::replace(&mut *shared.deadline.lock(), Deadline::Ahead(deadline));
        former.cancel();
        // Whoever waits drives it from now on.
        shared.everybody.wake();
        self
    }

    /// Whether the session's deadline has passed. Drives it, so that its end wakes whoever waits.
    pub(crate) fn is_overdue(&self) -> bool {
        let Some(shared) = self.shared.get() else { return false };
        let ahead = match &*shared.deadline.lock() {
            Deadline::Never => return false,
            Deadline::Passed => return true,
            Deadline::Ahead(ahead) => StdArc::clone(ahead),
        };
        // A deadline that panics has passed: its timer is broken.
        if !ahead.drive() {
            return false;
        }
        let mut deadline = shared.deadline.lock();
        let is_the_same = matches!(&*deadline, Deadline::Ahead(it) if StdArc::ptr_eq(it, &ahead));
        if is_the_same {
            *deadline = Deadline::Passed;
            drop(deadline);
            shared.everybody.wake();
        }
        is_the_same
    }

    fn shared(&self) -> &Arc<Shared<P>> {
        if let Some(shared) = self.shared.get() {
            return shared;
        }
        let mut own = self.own.lock();
        // Under the lock: somebody else may have been first, and is not at it.
        self.shared.get_or_init(|| own.share())
    }

    /// What the handle has of its own, unless something is shared; and nothing is while it is held.
    fn alone(&self) -> Option<MutexGuard<'_, Own<P>>> {
        if self.shared.get().is_some() {
            return None;
        }
        let own = self.own.lock();
        // Somebody else may have been first.
        self.shared.get().is_none().then_some(own)
    }

    /// The present generation.
    pub(crate) fn generation(&self) -> Arc<Generation<P>> {
        if let Some(mut own) = self.alone() {
            own.begin();
            if let Some(generation) = own.generation() {
                return Arc::clone(generation);
            }
        }
        Arc::clone(&self.shared().current.lock())
    }

    /// The present generation, if the session has loaded or shared anything.
    pub(crate) fn begun(&self) -> Option<Arc<Generation<P>>> {
        match self.alone() {
            Some(own) => own.generation().cloned(),
            None => Some(Arc::clone(&self.shared().current.lock())),
        }
    }

    /// Counts an evaluation from when it is made, before it is first polled, so that those polled
    /// earlier know that it will ask.
    pub(crate) fn enter(&self) -> EvaluationGuard<'_, P> {
        // Relaxed: a hint; a stale value costs a batch of its own or one more poll.
        self.live.fetch_add(1, Ordering::Relaxed);
        EvaluationGuard(self)
    }

    /// Whether other evaluations may be about to ask for facts.
    pub(crate) fn is_crowded(&self) -> bool {
        // Relaxed, both: see `enter`.
        self.live.load(Ordering::Relaxed) > 1
            || self.shared.get().is_some_and(|shared| shared.cloned.load(Ordering::Relaxed))
    }
}

impl<P: Sources> Clone for Session<P> {
    fn clone(&self) -> Self {
        let shared = self.shared();
        shared.cloned.store(true, Ordering::Relaxed);
        Self {
            own: Mutex::new(Own::Shared(Arc::clone(shared))),
            shared: OnceLock::from(Arc::clone(shared)),
            live: AtomicUsize::new(0),
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
        self.0.live.fetch_sub(1, Ordering::Relaxed);
    }
}
