//! Sources around sources: that count, that fail, that are late, that never answer.
//!
//! Their impls are no recommendation to whoever forgot to write one.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::log::Log;
use super::measure::CountsLoads;
use crate::fact::{FactError, FactKey, LoadedFact};
use crate::observe::counts::Load;
use crate::session::BoxFuture;
use crate::source::{Call, FactSource, Loaded};

/// A source that remembers what it was asked, for every fact that it loads.
///
/// ```
/// use std::sync::Arc;
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{Counted, assert_loads, block_on};
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # struct Database;
/// # impl FactSource<Suspended> for Database {
/// #     async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
/// #         Ok(Loaded::new())
/// #     }
/// # }
/// # #[policy] async fn active(user: &u64) -> bool { !Suspended(*user).await }
/// # static GATE: Gate<Users, active> = Gate::new();
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     db: Counted<Database>,
/// }
///
/// let facts = Arc::new(AppFacts { db: Counted::new(Database) });
/// let session = Session::new(facts.clone());
/// let _ = block_on(GATE.bind(&session, &7, &()).check(&()));
/// assert_loads!(facts.db, Suspended = [1]);
/// assert_eq!(facts.db.calls::<Suspended>(), [[Suspended(7)]]);
/// ```
#[derive(Debug, Default)]
pub struct Counted<S> {
    source: S,
    log: Log,
}

impl<S> Counted<S> {
    /// Counts the calls of `source`.
    #[must_use]
    pub fn new(source: S) -> Self {
        Self { source, log: Log::default() }
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }

    /// The calls for the fact `K` so far, each with its keys.
    pub fn calls<K: FactKey>(&self) -> Vec<Vec<K>> {
        self.log.calls()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.log.clear();
    }
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Counted<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    fn load_within(
        &self,
        keys: &[K],
        call: &Call,
    ) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        self.log.note(keys);
        self.source.load_within(keys, call)
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}

impl<S> CountsLoads for Counted<S> {
    fn loads(&self) -> Vec<Load> {
        self.log.loads()
    }
}

/// A call that a [`Failing`] source may fail.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SourceCall {
    /// Which call of the source it is, from 1, all facts together.
    pub number: usize,
    /// The name of the fact that it asks for.
    pub fact: &'static str,
    /// How many keys it asks for.
    pub keys: usize,
}

/// A source of which some calls fail: all, the nth, those for one fact, or those that a closure
/// picks. Others go to the source inside.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, Failing, assert_allow, assert_indeterminate};
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # #[policy] async fn active(user: &u64) -> bool { !Suspended(*user).await }
/// # static GATE: Gate<Users, active> = Gate::new();
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     users: Failing<FactTable>,
/// }
///
/// let session = Session::new(AppFacts { users: Failing::nth(FactTable::new(), 1) });
/// let access = GATE.bind(&session, &7, &());
/// assert_indeterminate!(access, (), failed = Suspended);
/// session.refresh().unwrap(); // a retry
/// assert_allow!(access, ());
/// ```
pub struct Failing<S> {
    source: S,
    fails: Box<dyn Fn(SourceCall) -> bool + Send + Sync>,
    calls: AtomicUsize,
}

impl<S> Failing<S> {
    /// Every call that `fails` says fails.
    pub fn when(source: S, fails: impl Fn(SourceCall) -> bool + Send + Sync + 'static) -> Self {
        Self { source, fails: Box::new(fails), calls: AtomicUsize::new(0) }
    }

    /// Every call fails.
    #[must_use]
    pub fn always(source: S) -> Self {
        Self::when(source, |_| true)
    }

    /// The call `number` fails, from 1, whatever fact it is for.
    #[must_use]
    pub fn nth(source: S, number: usize) -> Self {
        Self::when(source, move |call| call.number == number)
    }

    /// Every call for the fact `K` fails.
    #[must_use]
    pub fn fact<K: LoadedFact>(source: S) -> Self
    where
        S: FactSource<K>,
    {
        Self::when(source, |call| call.fact == K::NAME)
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }
}

impl<S: fmt::Debug> fmt::Debug for Failing<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failing").field("source", &self.source).finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Failing<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], within: &Call) -> Result<Loaded<K>, FactError> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let call = SourceCall { number, fact: K::NAME, keys: keys.len() };
        if (self.fails)(call) {
            return Err(FactError::safe(format!("the test fails call {number} of this source")));
        }
        self.source.load_within(keys, within).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}

/// A source that waits before each call goes to the source inside: for a timer of your runtime,
/// or for anything that the test does meanwhile.
///
/// ```
/// use std::time::Duration;
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, Late, assert_indeterminate};
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # #[policy] async fn active(user: &u64) -> bool { !Suspended(*user).await }
/// # static GATE: Gate<Users, active> = Gate::new();
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     users: Late<FactTable>,
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let second = || tokio::time::sleep(Duration::from_secs(1));
/// let session = Session::new(AppFacts { users: Late::new(FactTable::new(), second) })
///     .with_deadline(tokio::time::sleep(Duration::from_millis(200)));
/// assert_indeterminate!(async GATE.bind(&session, &7, &()), (), failed = Suspended);
/// # }
/// ```
pub struct Late<S> {
    source: S,
    wait: Box<dyn Fn() -> BoxFuture<()> + Send + Sync>,
}

impl<S> Late<S> {
    /// Each call of `source` begins when what `wait` gives has ended.
    pub fn new<F>(source: S, wait: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { source, wait: Box::new(move || Box::pin(wait())) }
    }

    /// The source inside.
    pub fn get_ref(&self) -> &S {
        &self.source
    }
}

impl<S: fmt::Debug> fmt::Debug for Late<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late").field("source", &self.source).finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Late<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        (self.wait)().await;
        self.source.load_within(keys, call).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}

/// A source that never answers, for any fact: what a deadline is for. Without one, an evaluation
/// that asks it waits for ever.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{Never, assert_indeterminate};
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # #[policy] async fn active(user: &u64) -> bool { !Suspended(*user).await }
/// # static GATE: Gate<Users, active> = Gate::new();
/// #[derive(Sources)]
/// struct AppFacts {
///     #[loads(Suspended)]
///     users: Never,
/// }
///
/// // A deadline that has passed, so that no time goes by.
/// let session = Session::new(AppFacts { users: Never }).with_deadline(std::future::ready(()));
/// assert_indeterminate!(GATE.bind(&session, &7, &()), (), failed = Suspended);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

#[diagnostic::do_not_recommend]
impl<K: LoadedFact> FactSource<K> for Never {
    fn load(&self, _keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        std::future::pending()
    }
}
