//! Sources with limits: on the time that a load takes, and on how many run at a time.
//!
//! Each wraps a source and is one, for the same facts. They hold across sessions, like the database
//! behind them.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::fact::{FactError, LoadedFact};
use crate::source::{FactSource, Loaded};

/// A source whose loads fail when they take too long.
///
/// The timer is your runtime's: a function from a duration to a sleep.
///
/// ```
/// use std::time::Duration;
/// use gatehouse::{Timeout, prelude::*};
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Database;
/// # impl FactSource<Suspended> for Database {
/// #     async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
/// #         std::future::pending().await
/// #     }
/// # }
/// # struct User;
/// # struct Users; impl Domain for Users {
/// #     type Subject = User; type Action = (); type Resource = (); type Context = ();
/// # }
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     db: Timeout<Database>,
/// }
///
/// # #[policy] async fn active(_: &User) -> bool { !Suspended(1).await }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let facts = AppFacts { db: Timeout::new(Database, Duration::from_millis(50), tokio::time::sleep) };
/// # let session = Session::new(facts);
/// # static GATE: Gate<Users, active> = Gate::new();
/// # let decision = GATE.bind(&session, &User, &()).check(&()).await;
/// # assert!(decision.to_string().ends_with("its source took longer than 50ms"));
/// # }
/// ```
pub struct Timeout<S> {
    source: S,
    limit: Duration,
    sleep: Box<Sleep>,
}

type Sleep = dyn Fn(Duration) -> crate::session::BoxFuture<()> + Send + Sync;

impl<S> Timeout<S> {
    /// Every load of `source` fails after `limit`, as `sleep` measures it.
    pub fn new<F>(
        source: S,
        limit: Duration,
        sleep: impl Fn(Duration) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { source, limit, sleep: Box::new(move |limit| Box::pin(sleep(limit))) }
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }
}

impl<S: fmt::Debug> fmt::Debug for Timeout<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout")
            .field("source", &self.source)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Timeout<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        let mut load = pin!(self.source.load(keys));
        let mut sleep = (self.sleep)(self.limit);
        poll_fn(|cx| {
            if let Poll::Ready(loaded) = load.as_mut().poll(cx) {
                return Poll::Ready(loaded);
            }
            sleep.as_mut().poll(cx).map(|()| Err(FactError::late(self.limit)))
        })
        .await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}

/// A source of which at most so many loads run at a time, across all sessions; others wait their
/// turn.
///
/// A load that waits for its turn counts against a [`Timeout`] around it, not against one inside.
///
/// ```
/// use gatehouse::{MaxConcurrent, prelude::*};
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
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub struct MaxConcurrent<S> {
    source: S,
    permits: tokio::sync::Semaphore,
}

#[cfg(feature = "tokio")]
impl<S> MaxConcurrent<S> {
    /// At most `limit` loads of `source` run at a time; zero counts as one.
    pub fn new(source: S, limit: usize) -> Self {
        let limit = limit.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        Self { source, permits: tokio::sync::Semaphore::new(limit) }
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }
}

#[cfg(feature = "tokio")]
impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for MaxConcurrent<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        // Never closed, so never an error; were it one, the load would fail.
        let _permit = self.permits.acquire().await?;
        self.source.load(keys).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}
