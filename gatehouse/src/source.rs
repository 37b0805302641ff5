//! Where facts come from: sources, what they load, and who may ask whom.

use std::fmt;
use std::sync::Arc;

use crate::collections::KeySet;
use crate::fact::{FactError, FactKey, LoadedFact, shown};

/// Loads one fact, many keys at a time: implemented by you, on a database handle, a client, a map.
///
/// A session calls it once per round with every key that the round needs, each key once, and never
/// again with a key that it has answered. Write it as an `async fn`; `?` works on any error.
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
/// # Keys are answered as they were asked
/// A key that an answer leaves out is missing, and a rule may allow for that reason. So an answer
/// must have each key as it was asked, and not as the data spell it: a database is less exact than
/// `==`. A collation ignores case or trailing spaces; a UUID comes back in lower case,
/// `::ffff:10.1.2.3` as `10.1.2.3`, a timestamp without its nanoseconds. Where a key has such a part,
/// send its number along, and find it by the number that comes back:
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
/// An answer with a key that nobody asked for is taken for one that spells its keys otherwise: the
/// keys of that call that have no answer of their own *fail*, and are neither missing nor what
/// their default says. A source that answers more than it is asked, the whole of a small table for
/// instance, says so with [`Loaded::more_than_asked`]. What no session can see is a row that answers
/// one of two spellings which were asked in the same call: the other one is missing.
///
/// # A source may use its session
/// What another gate decides is a fact too: hold the session in the source (or its `Arc`, or what makes one),
/// and ask. Whoever waits for the outer load drives the inner one. Such loads take no stack by their number:
/// none is polled inside of another.
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
/// A load that waits for itself would never end: its source asks for a key that this very call loads, or for
/// a fact whose source asks for it. It *fails*, and so does every load of the circle, with an error that names
/// them, with or without a deadline. Keys that are asked for in one call are one load: a source that asks for
/// its own fact, of another key, waits for itself as soon as both keys are in one call (take one key a call, or
/// write it as a derived fact, which may be recursive). A load waits for every check that its source has begun
/// and not dropped: drop the loser of a `select!`. What a source waits for in a task that it spawns, the session
/// does not see; a deadline ends that.
///
/// A source may block its thread on its session, which costs what blocking costs: better await.
///
/// # Errors
/// An `Err` fails every key of the call; [`Loaded::fail`] fails one. A policy that needs a failed
/// key is indeterminate. A panic counts as an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not load the fact `{K}`",
    label = "no `impl FactSource<{K}> for {Self}`",
    note = "write `impl FactSource<{K}> for {Self} {{ async fn load(&self, keys: &[{K}]) -> Result<Loaded<{K}>, FactError> {{ … }} }}`"
)]
pub trait FactSource<K: LoadedFact>: Send + Sync + 'static {
    /// Loads `keys`; each is there once. Keys that the answer leaves out are missing; where it has
    /// keys that nobody asked for, they failed, unless it is [`Loaded::more_than_asked`].
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send;

    /// The most keys that one call takes; a round with more is split into calls that run side by
    /// side. Zero counts as one.
    fn max_batch_size(&self) -> usize {
        usize::MAX
    }
}

impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Arc<S> {
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<Loaded<K>, FactError>> + Send {
        S::load(self, keys)
    }

    fn max_batch_size(&self) -> usize {
        S::max_batch_size(self)
    }
}

/// What a source found: pairs of key and value, in any order. Each key is one that was asked,
/// unless [`more_than_asked`](Self::more_than_asked) says otherwise.
///
/// ```
/// use gatehouse::prelude::*;
/// # fact! { pub Suspended(user: u64) -> bool; }
///
/// let mut loaded: Loaded<Suspended> = [(Suspended(1), true)].into_iter().collect();
/// loaded.insert(Suspended(2), false);
/// loaded.fail(Suspended(3), FactError::safe("user 3 is being migrated"));
/// assert_eq!(loaded.len(), 3);
/// ```
pub struct Loaded<K: FactKey> {
    /// In the order in which they came. A key may be there more than once: most answers come in the
    /// order in which they were asked for, and are matched without a look at any hash.
    found: Vec<(K, K::Value)>,
    failed: Vec<(K, FactError)>,
    /// Whether keys that nobody asked for are no mistake.
    more_than_asked: bool,
}

impl<K: FactKey> Loaded<K> {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Vec::new())
    }

    fn of(found: Vec<(K, K::Value)>) -> Self {
        Self { found, failed: Vec::new(), more_than_asked: false }
    }

    /// `key` has `value`. Of two values for one key the later stands; a failure stands against both.
    pub fn insert(&mut self, key: K, value: K::Value) {
        self.found.push((key, value));
    }

    /// `key` alone could not be loaded.
    pub fn fail(&mut self, key: K, error: FactError) {
        self.failed.push((key, error));
    }

    /// Declares that it has more keys than were asked, on purpose: those that nobody asked for are
    /// dropped, and a key that was asked and that it leaves out is missing.
    ///
    /// Only for a source whose keys compare with `==` as its data do. Without this, keys that nobody
    /// asked for are taken for others spelt otherwise, and what is left out has failed.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    ///
    /// fact! { pub Suspended(user: u64) -> bool = false; }
    ///
    /// /// The few that are suspended.
    /// struct Suspensions(Vec<u64>);
    ///
    /// impl FactSource<Suspended> for Suspensions {
    ///     async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
    ///         let everybody = self.0.iter().map(|user| (Suspended(*user), true));
    ///         Ok(everybody.collect::<Loaded<_>>().more_than_asked())
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn more_than_asked(self) -> Self {
        Self { more_than_asked: true, ..self }
    }

    /// How many keys have a value or a failure. It counts them, each once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys().collect::<KeySet<'_, K>>().keys.len()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.failed.is_empty()
    }

    fn keys(&self) -> impl Iterator<Item = &K> {
        self.found.iter().map(|(key, _)| key).chain(self.failed.iter().map(|(key, _)| key))
    }

    /// What was found, in the order in which it came; what failed; whether keys that nobody asked for are
    /// no mistake.
    pub(crate) fn into_parts(self) -> LoadedParts<K> {
        let Self { found, failed, more_than_asked } = self;
        LoadedParts { found, failed, more_than_asked }
    }
}

/// What [`Loaded`] consists of.
pub(crate) struct LoadedParts<K: FactKey> {
    pub(crate) found: Vec<(K, K::Value)>,
    pub(crate) failed: Vec<(K, FactError)>,
    pub(crate) more_than_asked: bool,
}

impl<K: FactKey> fmt::Debug for Loaded<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys = KeySet::new();
        let mut answers: Vec<Result<&dyn fmt::Debug, &FactError>> = Vec::new();
        let found = self.found.iter().map(|(key, value)| (key, Ok(shown::<K>(value))));
        let failed = self.failed.iter().map(|(key, error)| (key, Err(error)));
        for (key, what) in found.chain(failed) {
            let at = keys.place(key);
            match answers.get_mut(at) {
                Some(before) => *before = what,
                None => answers.push(what),
            }
        }
        f.write_str(if self.more_than_asked { "Loaded, more than asked " } else { "Loaded " })?;
        f.debug_map().entries(keys.keys.iter().zip(answers)).finish()
    }
}

impl<K: FactKey> Default for Loaded<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> FromIterator<(K, K::Value)> for Loaded<K> {
    fn from_iter<I: IntoIterator<Item = (K, K::Value)>>(pairs: I) -> Self {
        Self::of(pairs.into_iter().collect())
    }
}

impl<K: FactKey> Extend<(K, K::Value)> for Loaded<K> {
    fn extend<I: IntoIterator<Item = (K, K::Value)>>(&mut self, pairs: I) {
        self.found.extend(pairs);
    }
}
