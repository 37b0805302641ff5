//! A limit on the number of loads that run at a time.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::permits::Permits;
use super::shared_load::OwnedLoad;
use crate::fact::{FactError, LoadedFact};
use crate::source::{Call, FactSource, Loaded};

/// A source that runs at most a number of loads at a time, across all sessions. Other loads wait for a
/// permit.
///
/// The time that a load waits counts against a [`Timeout`](crate::limit::Timeout) around this source, not against
/// one inside of it.
///
/// ```
/// use gatehouse::limit::MaxConcurrent;
/// use gatehouse::prelude::*;
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Database;
/// # impl FactSource<Suspended> for Database {
/// #     async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
/// #         Ok(Loaded::new())
/// #     }
/// # }
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     db: MaxConcurrent<Database>,
/// }
///
/// let facts = AppFacts { db: MaxConcurrent::new(Database, 8) };
/// # let _ = facts.db.get_ref();
/// ```
///
/// # Checks that are begun and not polled
/// A check may not be polled for a while: it lost a `select!` and was kept, or it is in a
/// `buffer_unordered` whose body awaits something else. Such a check does not hold up the checks of other
/// sessions. A permit that it does not take goes to a check that is polled. A load of it that runs is
/// driven by whoever waits for a permit, until it ends or panics, and its result is there when the check
/// is polled again.
///
/// So a load of one session may be polled by the task of another one. It finds what it needs of its
/// request in its keys, or fetches it before its first `.await`. A task-local that it reads later may be
/// another task's, and a timer or a socket that it creates later may be another runtime's. A process with
/// several runtimes needs a limiter for each.
///
/// # When loads can still stand still
/// - **A load that waits for itself.** A source that asks a session for a fact of the same limiter
///   holds its permit while it waits for another one. If all permits are held so, none becomes free;
///   with a limit of one, the first such load is enough.
/// - **A pool inside of the source.** A pool gives a connection to the first load that asked for one,
///   polled or not. With a limit that is no larger than the pool, no load waits in the pool's queue.
/// - **Very many checks that are not polled.** A free permit wakes all that wait; those that were woken
///   in vain several times are woken only if they are among the first few. If none of these is polled,
///   the permit stays free until the next load ends or the next check begins.
///
/// The remedy is a timeout inside, `MaxConcurrent::new(Timeout::new(db, …), 8)`: it ends a load that
/// stands still as long as somebody waits for a permit or for the load. A timeout around the limiter, or
/// a deadline of the session, ends only the waiting of its own check.
pub struct MaxConcurrent<S> {
    source: Arc<S>,
    limit: usize,
    permits: Arc<Permits>,
}

impl<S> MaxConcurrent<S> {
    /// Runs at most `limit` loads of `source` at a time; zero counts as one.
    pub fn new(source: S, limit: usize) -> Self {
        let limit = limit.max(1);
        Self { source: Arc::new(source), limit, permits: Permits::new(limit) }
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }
}

impl<S: fmt::Debug> fmt::Debug for MaxConcurrent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaxConcurrent")
            .field("source", &self.source)
            .field("limit", &self.limit)
            .field("permits", &self.permits)
            .finish()
    }
}

impl<K: LoadedFact, S: FactSource<K> + 'static> FactSource<K> for MaxConcurrent<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        let permit = self.permits.acquire().await;
        let number = permit.number();
        let source = Arc::clone(&self.source);
        let (keys, call) = (SmallVec::<[K; 1]>::from(keys), call.clone());
        let load = Box::pin(async move {
            // Dropped after the load, when its connection is free.
            let _permit = permit;
            source.load_within(&keys, &call).await
        });
        OwnedLoad::new(&self.permits, number, load).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}
