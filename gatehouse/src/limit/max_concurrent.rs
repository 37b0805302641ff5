//! A limit on the number of loads that run at a time.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::permits::Permits;
use super::shared_load::OwnedLoad;
use crate::fact::{FactError, LoadedFact};
use crate::source::{FactSource, Loaded};

/// A source of which at most so many loads run at a time, across all sessions; others wait their
/// turn.
///
/// A load that waits for its turn counts against a [`Timeout`](crate::limit::Timeout) around it, not against
/// one inside.
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
/// A check that lost a `select!` and was kept, or that sits in a `buffer_unordered` whose body awaits
/// something else, is polled by nobody meanwhile. It does not hold up the checks of other sessions: a
/// turn that it does not take goes to one who is polled; and a load of its that runs is driven by
/// whoever waits for a turn, to its end or until it panics, and is there when the check is polled again.
///
/// So a load that was begun by one session may be polled by the task of another. What it needs of its
/// request it has in its keys, or fetches before it first awaits anything; a task-local that it reads
/// later may be another task's, and a timer or a socket that it makes may be another runtime's: where a
/// process has several runtimes, each has a limiter of its own.
///
/// # What can still stand still
/// - **A load that waits for itself.** A source that asks a session for a fact of the same limiter
///   holds its turn while it waits for another. If all turns are held so, none comes free; with a limit
///   of one, the first such load suffices.
/// - **A pool within the source.** A connection of a pool is given to whoever asked for it first,
///   polled or not. Let the limit be no larger than the pool, and nobody waits in the pool's own queue.
/// - **Very many checks that are not polled.** Everybody who waits is woken for the turns that come
///   free in the beginning, and later the first few in line. If none of these is polled, the turn waits
///   for the next load that ends, or the next check that begins.
///
/// The remedy is a time-out inside, which ends a load that stands still, as long as anybody waits for
/// a turn or for it: `MaxConcurrent::new(Timeout::new(db, …), 8)`. One around, or a deadline of the
/// session, ends the waiting of its own check alone.
pub struct MaxConcurrent<S> {
    source: Arc<S>,
    limit: usize,
    permits: Arc<Permits>,
}

impl<S> MaxConcurrent<S> {
    /// At most `limit` loads of `source` run at a time; zero counts as one.
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

impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for MaxConcurrent<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        let permit = self.permits.acquire().await;
        let number = permit.number();
        let source = Arc::clone(&self.source);
        let keys = SmallVec::<[K; 1]>::from(keys);
        let load = Box::pin(async move {
            // Given back behind the load: its connection is free by then.
            let _permit = permit;
            source.load(&keys).await
        });
        OwnedLoad::new(&self.permits, number, load).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}
