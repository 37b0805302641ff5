//! Where facts come from: sources, what they load, and who may ask whom.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use crate::fact::{FactError, FactKey, FactResult, LoadedFact};
use crate::private::{AnyTable, Cx, Stop, Watch, shown};
use crate::session::{HashState, Index};

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
/// # Errors
/// An `Err` fails every key of the call; [`Loaded::fail`] fails one. A policy that needs a failed
/// key is indeterminate. A panic counts as an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not load the fact `{K}`",
    label = "no `impl FactSource<{K}> for {Self}`",
    note = "write `impl FactSource<{K}> for {Self} {{ async fn load(&self, keys: &[{K}]) -> Result<Loaded<{K}>, FactError> {{ … }} }}`"
)]
pub trait FactSource<K: LoadedFact>: Send + Sync + 'static {
    /// Loads `keys`; each is there once. Keys that the answer leaves out are missing.
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

/// What a source found: pairs of key and value, in any order.
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
    places: Places,
    /// What was found; nothing where it was taken out.
    found: Vec<(K, Found<K>)>,
}

type Found<K> = Option<Result<<K as FactKey>::Value, FactError>>;

/// Where keys are that were found.
#[derive(Default)]
struct Places {
    index: Index,
    hash_state: HashState,
    /// How many were taken out.
    taken: usize,
}

impl<K: FactKey> Loaded<K> {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self { places: Places::default(), found: Vec::new() }
    }

    /// `key` has `value`. Of two values for one key the later stands; a failure stands against both.
    pub fn insert(&mut self, key: K, value: K::Value) {
        self.put(key, Ok(value));
    }

    /// `key` alone could not be loaded.
    pub fn fail(&mut self, key: K, error: FactError) {
        self.put(key, Err(error));
    }

    fn put(&mut self, key: K, found: Result<K::Value, FactError>) {
        let hash = self.places.hash_state.hash_one(&key);
        let Some(at) = self.find(hash, &key) else {
            self.places.index.put(hash, self.found.len());
            self.found.push((key, Some(found)));
            return;
        };
        let known = &mut self.found[at].1;
        if found.is_err() || !matches!(known, Some(Err(_))) {
            *known = Some(found);
        }
    }

    fn find(&self, hash: u64, key: &K) -> Option<usize> {
        self.places.index.find(hash, |at| *key == self.found[at].0)
    }

    /// How many keys have a value or a failure.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len() - self.places.taken
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The answer for `key`, taken out: what is left in the end nobody asked for.
    pub(crate) fn take(&mut self, key: &K) -> FactResult<K::Value> {
        let hash = self.places.hash_state.hash_one(key);
        let Some(at) = self.find(hash, key) else { return Ok(None) };
        let found = self.found[at].1.take();
        self.places.taken += usize::from(found.is_some());
        found.transpose()
    }
}

impl<K: FactKey> fmt::Debug for Loaded<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self
            .found
            .iter()
            .filter_map(|(key, found)| Some((key, found.as_ref()?.as_ref().map(shown::<K>))));
        f.write_str("Loaded ")?;
        f.debug_map().entries(found).finish()
    }
}

impl<K: FactKey> Default for Loaded<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> FromIterator<(K, K::Value)> for Loaded<K> {
    fn from_iter<I: IntoIterator<Item = (K, K::Value)>>(pairs: I) -> Self {
        let mut loaded = Self::new();
        loaded.extend(pairs);
        loaded
    }
}

impl<K: FactKey> Extend<(K, K::Value)> for Loaded<K> {
    fn extend<I: IntoIterator<Item = (K, K::Value)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

/// The sources of an application, together: what [`#[derive(Sources)]`](derive@crate::Sources)
/// writes for a struct whose fields are marked `#[loads(Fact, …)]`.
///
/// Not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of sources",
    note = "write `#[derive(Sources)]` on the struct, and `#[loads(Fact, …)]` on each field that is a source"
)]
pub trait Sources: Send + Sync + Sized + 'static {
    /// One table per fact that is loaded.
    #[doc(hidden)]
    type Tables: Send + Sync + 'static;

    /// Empty tables for a new session.
    #[doc(hidden)]
    fn tables() -> Self::Tables;

    /// Shows each table, in declaration order, to `visit`.
    #[doc(hidden)]
    fn for_each_table<'t>(tables: &'t Self::Tables, visit: &mut dyn FnMut(&'t dyn AnyTable<Self>));
}

/// The fact can be answered from the sources `P`.
///
/// Stands on every policy that uses the fact, so that a gate whose facts have no source does not
/// compile. Written by [`#[derive(Sources)]`](derive@crate::Sources); not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "no source loads the fact `{Self}`",
    label = "a policy of this gate needs the fact `{Self}`",
    note = "write `#[loads({Self})]` on a field of the `#[derive(Sources)]` struct, and `impl FactSource<{Self}>` for the field's type"
)]
pub trait ResolvedBy<P: Sources>: FactKey {
    /// Answers the key from the session, or stops.
    #[doc(hidden)]
    fn resolve<W: Watch>(self, cx: &mut Cx<P, W>) -> Result<Self::Output, Stop>;
}
