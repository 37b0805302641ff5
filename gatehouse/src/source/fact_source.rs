//! The trait of sources.

use std::sync::Arc;

use super::call::Call;
use super::loaded::Loaded;
use crate::fact::{FactError, LoadedFact};

/// Loads one fact, many keys at a time. Implement it for a database handle, a client or a map.
///
/// A session calls it once per round, with every key that the round needs. Each key is in a call once, and
/// never again after it is answered. Write `load` as an `async fn`; `?` works on any error.
///
/// ```
/// use std::collections::HashMap;
/// use gatehouse::prelude::*;
///
/// fact! {
///     /// Whether `user` is suspended.
///     pub Suspended(user: u64) -> bool = false;
/// }
///
/// struct Users(HashMap<u64, bool>);
///
/// impl FactSource<Suspended> for Users {
///     async fn load(&self, keys: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
///         Ok(keys
///             .iter()
///             .filter_map(|key| Some((key.clone(), *self.0.get(&key.user)?)))
///             .collect())
///     }
/// }
/// ```
///
/// # Answer with the keys as they were asked
/// A key that an answer leaves out is missing, and a rule may allow access for this reason. So an answer
/// must have each key exactly as it was asked, and not as the data spell it. Databases are less exact than
/// `==`: a collation ignores case or trailing spaces, a UUID comes back in lower case,
/// `::ffff:10.1.2.3` as `10.1.2.3`, a timestamp without its nanoseconds. If a key has such a part, send the
/// index of the key to the database, and find the key by the index that comes back:
///
/// ```
/// use gatehouse::prelude::*;
///
/// fact! {
///     /// Whether mail from `address` is refused.
///     pub Banned(address: String) -> bool = false;
/// }
///
/// /// Addresses, in lower case.
/// struct Mail(Vec<String>);
///
/// impl Mail {
///     // SELECT asked.key FROM json_each(?) AS asked
///     // JOIN banned ON banned.address = asked.value COLLATE NOCASE
///     async fn banned(&self, keys: &[Banned]) -> Vec<usize> {
///         let is_banned = |key: &Banned| self.0.contains(&key.address.to_lowercase());
///         (0..keys.len()).filter(|number| is_banned(&keys[*number])).collect()
///     }
/// }
///
/// impl FactSource<Banned> for Mail {
///     async fn load(&self, keys: &[Banned]) -> Result<Loaded<Banned>, FactError> {
///         let rows = self.banned(keys).await;
///         Ok(rows.into_iter().map(|number| (keys[number].clone(), true)).collect())
///     }
/// }
/// ```
///
/// If an answer has a key that was not asked for, the session assumes that the source spells keys
/// differently. All keys of that call without an answer then *fail*: they are not missing, and their
/// defaults do not apply. A source that answers more than it is asked, such as all of a small table, declares
/// it with [`Loaded::more_than_asked`].
///
/// No session can detect one case: if two spellings of a key are asked in one call, and a row answers only
/// one of them, the other one is missing.
///
/// # A source may use its session
/// The decision of another gate can be a fact. The source holds the session (or its `Arc`, or a factory of
/// sessions) and asks it. Whoever waits for the outer load drives the inner one. Nested loads need no stack
/// in proportion to their number, because none is polled inside another.
///
/// ```
/// use std::sync::{Arc, OnceLock};
/// use gatehouse::prelude::*;
///
/// fact! {
///     /// Whether `user` was invited to `repository`.
///     pub Invited(user: u64, repository: u64) -> bool = false;
///     /// Whether `user` may read `repository`, as the gate of repositories decides.
///     pub MayRead(user: u64, repository: u64) -> bool = false;
/// }
///
/// #[policy]
/// async fn invited(user: &u64, repository: &u64) -> bool { Invited(*user, *repository).await }
///
/// /// Issues lie in the repository of their number.
/// #[policy]
/// async fn reader(user: &u64, issue: &u64) -> bool { MayRead(*user, *issue).await }
///
/// struct App;
/// impl Domain for App { type Subject = u64; type Action = (); type Resource = u64; type Context = (); }
///
/// static REPOSITORIES: Gate<App, invited> = Gate::new();
/// static ISSUES: Gate<App, reader> = Gate::new();
///
/// struct Invitations;
/// impl FactSource<Invited> for Invitations {
///     async fn load(&self, keys: &[Invited]) -> Result<Loaded<Invited>, FactError> {
///         Ok(keys.iter().map(|key| (key.clone(), key.repository == 7)).collect())
///     }
/// }
///
/// /// Answers from another gate, on the session of the request.
/// #[derive(Default)]
/// struct Readers(OnceLock<Session<Facts>>);
/// impl FactSource<MayRead> for Readers {
///     async fn load(&self, keys: &[MayRead]) -> Result<Loaded<MayRead>, FactError> {
///         let session = self.0.get().ok_or_else(|| FactError::safe("no session yet"))?;
///         let mut loaded = Loaded::new();
///         for key in keys {
///             let access = REPOSITORIES.bind(session, &key.user, &());
///             match access.check(&key.repository).await {
///                 decision if decision.is_indeterminate() => {
///                     loaded.fail(key.clone(), FactError::safe(decision.to_string()));
///                 }
///                 decision => loaded.insert(key.clone(), decision.is_allow()),
///             }
///         }
///         Ok(loaded)
///     }
/// }
///
/// #[derive(Sources)]
/// struct Facts {
///     #[loads(Invited)]
///     invitations: Invitations,
///     #[loads(MayRead)]
///     readers: Arc<Readers>,
/// }
///
/// # futures::executor::block_on(async {
/// let readers = Arc::new(Readers::default());
/// let session = Session::new(Facts { invitations: Invitations, readers: readers.clone() });
/// let _ = readers.0.set(session.clone());
/// assert!(ISSUES.bind(&session, &1, &()).check(&7).await.is_allow());
/// assert!(ISSUES.bind(&session, &1, &()).check(&8).await.is_deny());
/// # });
/// ```
///
/// A load must not wait for itself: its source would ask for a key of the same call, or for a fact whose
/// source asks for that key. Every load of such a cycle *fails*, with an error that names them all, with or
/// without a deadline.
///
/// - The keys of one call are one load. A source that asks for another key of its own fact waits for itself as
///   soon as both keys are in one call. Set [`max_batch_size`](Self::max_batch_size) to one, or write a derived
///   fact, which may be recursive.
/// - A load waits for every check that its source has begun and not dropped: drop the loser of a `select!`.
/// - The session cannot see what a source waits for in a task that it spawns. Only a deadline ends such a
///   cycle.
///
/// A source may also block its thread on its session, but it should await instead: a blocked thread runs
/// nothing else.
///
/// # Errors
/// An `Err` fails every key of the call; [`Loaded::fail`] fails a single key. A policy that needs a failed
/// key is indeterminate. A panic counts as an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not load the fact `{K}`",
    label = "no `impl FactSource<{K}> for {Self}`",
    note = "write `impl FactSource<{K}> for {Self} {{ async fn load(&self, keys: &[{K}]) -> Result<Loaded<{K}>, FactError> {{ … }} }}`"
)]
pub trait FactSource<K: LoadedFact>: Send + Sync {
    /// Loads `keys`, each of which is in the slice once. Keys that the answer leaves out are missing. If the
    /// answer has keys that were not asked for, they fail instead, unless it is
    /// [`Loaded::more_than_asked`].
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send;

    /// Loads `keys`, as [`load`](Self::load) does, and knows the [`Call`]: the deadline, say. The session calls
    /// this function; it calls `load` unless you write it.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use gatehouse::prelude::*;
    /// use gatehouse::Call;
    /// # fact! { pub Suspended(user: u64) -> bool = false; }
    /// # struct Client;
    /// # impl Client {
    /// #     async fn suspended(&self, _: &[Suspended], _: Duration) -> Result<Vec<u64>, FactError> { Ok(vec![]) }
    /// # }
    ///
    /// /// Users of a remote service, which stops when the time is over.
    /// struct Users(Client);
    ///
    /// impl FactSource<Suspended> for Users {
    ///     async fn load(&self, keys: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
    ///         self.load_within(keys, &Call::new()).await
    ///     }
    ///
    ///     async fn load_within(
    ///         &self,
    ///         keys: &[Suspended],
    ///         call: &Call,
    ///     ) -> Result<Loaded<Suspended>, FactError> {
    ///         let at_most = Duration::from_secs(5);
    ///         let time = call.time_left().map_or(at_most, |left| left.min(at_most));
    ///         let users = self.0.suspended(keys, time).await?;
    ///         Ok(users.into_iter().map(|user| (Suspended(user), true)).collect())
    ///     }
    /// }
    /// ```
    fn load_within(
        &self,
        keys: &[K],
        call: &Call,
    ) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        let _ = call;
        self.load(keys)
    }

    /// The most keys of one call. A round with more keys is split into calls that run side by side. Zero
    /// counts as one.
    fn max_batch_size(&self) -> usize {
        usize::MAX
    }
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact, S: FactSource<K> + ?Sized> FactSource<K> for &S {
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        S::load(self, keys)
    }

    fn load_within(
        &self,
        keys: &[K],
        call: &Call,
    ) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        S::load_within(self, keys, call)
    }

    fn max_batch_size(&self) -> usize {
        S::max_batch_size(self)
    }
}

impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Arc<S> {
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        S::load(self, keys)
    }

    fn load_within(
        &self,
        keys: &[K],
        call: &Call,
    ) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        S::load_within(self, keys, call)
    }

    fn max_batch_size(&self) -> usize {
        S::max_batch_size(self)
    }
}
