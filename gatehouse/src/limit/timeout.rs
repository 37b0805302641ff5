//! A limit on the time that a load takes.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::fact::{FactError, LoadedFact};
use crate::source::{Call, FactSource, Loaded};

/// A source whose loads fail when they take too long.
///
/// The timer is that of your runtime: a function from a duration to a future that sleeps.
///
/// ```
/// use std::time::Duration;
/// use gatehouse::limit::Timeout;
/// use gatehouse::prelude::*;
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
    /// Fails every load of `source` that takes longer than `limit`, measured by `sleep`.
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
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        let limited = Instant::now().checked_add(self.limit);
        let call = limited.into_iter().fold(call.clone(), Call::with_deadline);
        let mut load = pin!(self.source.load_within(keys, &call));
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
