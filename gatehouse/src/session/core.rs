//! The synchronous core of the fact-load: for one fact type, the keys that are known or being loaded.
//!
//! It knows no async, no I/O, no tracing and no channel type. Keys wait in *batches*: a batch is *open*
//! while askers add keys to it, *loading* once its load has begun, and over when it is *finished* or
//! *abandoned*. The load of a batch is an `F`: it is made when the batch is opened, knows the waiters, and
//! is handed back once, when the batch is over, to be signalled outside the lock. The core only counts the
//! waiters. The results of a batch are an `R`: they are made when the load begins, shared with the load,
//! and read once the batch is finished.
//!
//! A key is moved into its batch and stays there: it is never copied.
//!
//! Only what needs the type of a key or of its results is here; the rest is in
//! [`batches`](super::batches).
//!
//! # Invariants
//! - A key is in at most one batch that is not abandoned, and a batch begins to load at most once. So a
//!   key has one leader, however many ask for it (guarantee 1).
//! - A batch hands back its load once, when it is finished or abandoned (guarantee 2).
//! - The results of a batch are read after it is finished, and it is finished once, after they are
//!   complete (guarantee 4).
//! - A batch without waiters is abandoned, and its keys count as never asked for (guarantee 3).
//! - A closed core has no batch in flight and takes no new key (guarantee 7).

use std::sync::Arc;

use super::batches::{Asker, BatchId, Batches, Registered, Told};
use crate::collections::{Hashed, OneOrMany};

/// One fact type's results and loads in flight; see the [module](self).
#[derive(Debug)]
pub(crate) struct Core<K, R, F> {
    pub(crate) batches: Batches<F>,
    /// The keys of the first batch. The keys of the others are kept apart, so that one batch allocates nothing.
    first: Keys<K, R>,
    others: Vec<Keys<K, R>>,
}

/// The keys of a batch, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) enum Keys<K, R> {
    Open(OneOrMany<K>),
    Loading(Arc<LoadingBatch<K, R>>),
}

/// A batch whose load has begun: the keys, and their results.
#[derive(Debug)]
pub(crate) struct LoadingBatch<K, R> {
    pub(crate) keys: OneOrMany<K>,
    pub(crate) results: R,
}

/// A key that is asked for, until it is added to a batch; then the keys of the abandoned batch that it
/// replaced. Their destructors are the user's, so they are dropped outside the lock.
pub(crate) struct Asking<K, R> {
    key: Option<Hashed<K>>,
    replaced: Option<Keys<K, R>>,
}

impl<K, R> Asking<K, R> {
    pub(crate) fn new(key: Hashed<K>) -> Self {
        Self { key: Some(key), replaced: None }
    }
}

/// The place of a known result.
pub(crate) struct CachedAt<K, R> {
    /// The number of the batch.
    pub(crate) number: usize,
    pub(crate) batch: Arc<LoadingBatch<K, R>>,
    /// The position of the key in the batch.
    pub(crate) at: usize,
}

impl<K, R> Keys<K, R> {
    fn key(&self, at: usize) -> &K {
        match self {
            Self::Open(keys) => &keys[at],
            Self::Loading(batch) => &batch.keys[at],
        }
    }
}

impl<K, R, F> Default for Core<K, R, F> {
    #[inline]
    fn default() -> Self {
        let first = Keys::Open(OneOrMany::default());
        Self { batches: Batches::default(), first, others: Vec::new() }
    }
}

impl<K: Eq, R: Default, F> Core<K, R, F> {
    /// The place of the result of `key`, if it is known.
    pub(crate) fn peek_cache(&self, key: &Hashed<K>) -> Option<CachedAt<K, R>> {
        self.known(self.find(key)?)
    }

    /// The place of the result of the key with this slot, if it is known.
    pub(crate) fn known(&self, slot: usize) -> Option<CachedAt<K, R>> {
        let (number, at) = self.batches.known(slot)?;
        match self.keys(number) {
            Keys::Loading(batch) => Some(CachedAt { number, batch: Arc::clone(batch), at }),
            Keys::Open(_) => None,
        }
    }

    /// The slot of `key`.
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.batches.index.find(key.hash(), |slot| {
            let (batch, at) = self.batches.position(slot);
            key.key == *self.keys(batch).key(at)
        })
    }

    /// Asks for a key: finds its result, or puts the key into a batch.
    ///
    /// `asker` joins that batch under the lock, so that no batch is abandoned between an asker's
    /// registration and its waiting. A batch takes at most `limit` keys (at least one). The caller drops
    /// `asking` outside the lock.
    pub(crate) fn try_register(
        &mut self,
        asking: &mut Asking<K, R>,
        limit: usize,
        asker: &mut dyn Asker<F>,
    ) -> Registered {
        let Some(key) = &asking.key else { return Registered::Closed };
        let found = self.find(key);
        let registered = self.batches.register(key.hash(), found, limit, asker);
        if let Registered::Leading(id) = registered {
            asking.replaced = asking.key.take().and_then(|key| self.add_key(id, key.key));
        }
        registered
    }

    /// Makes a key known, with `results` for it alone, unless it is known or being loaded: then `results` are
    /// not taken. The caller drops both outside the lock.
    pub(crate) fn tell(&mut self, asking: &mut Asking<K, R>, results: &mut Option<R>) -> Told {
        let Some(key) = &asking.key else { return Told::Closed };
        let found = self.find(key);
        let id = match self.batches.insert_finished(key.hash(), found) {
            Ok(id) => id,
            Err(told) => return told,
        };
        if let (Some(key), Some(results)) = (asking.key.take(), results.take()) {
            let batch = LoadingBatch { keys: OneOrMany::One(key.key), results };
            let keys = self.keys_mut(id.number());
            asking.replaced = Some(std::mem::replace(keys, Keys::Loading(Arc::new(batch))));
        }
        Told::Noted
    }

    /// Adds a new key to an open batch. Returns the keys of the abandoned batch whose number it reuses.
    fn add_key(&mut self, id: BatchId, key: K) -> Option<Keys<K, R>> {
        let number = id.number();
        let (is_first, expected) = (self.batches.keys(number) == 1, self.batches.expected);
        match self.keys_mut(number) {
            Keys::Open(keys) if !is_first => {
                keys.push(key, expected);
                None
            }
            // The number is an abandoned batch's, or new.
            former => Some(std::mem::replace(former, Keys::Open(OneOrMany::One(key)))),
        }
    }

    fn keys(&self, number: usize) -> &Keys<K, R> {
        number.checked_sub(1).map_or(&self.first, |at| &self.others[at])
    }

    /// The keys of the batch of this number, which may be the next new one.
    fn keys_mut(&mut self, number: usize) -> &mut Keys<K, R> {
        let Some(at) = number.checked_sub(1) else { return &mut self.first };
        if at == self.others.len() {
            self.others.push(Keys::Open(OneOrMany::default()));
        }
        &mut self.others[at]
    }

    /// Marks a batch as loading, if it is open. The caller must load its keys, set the results, in the
    /// order of the keys, and then finish or abandon the batch.
    pub(crate) fn begin_loading(&mut self, id: BatchId) -> Option<Arc<LoadingBatch<K, R>>> {
        if !self.batches.begin_loading(id) {
            return None;
        }
        let batch = self.keys_mut(id.number());
        let Keys::Open(keys) = batch else { return None };
        let loading = Arc::new(LoadingBatch { keys: std::mem::take(keys), results: R::default() });
        *batch = Keys::Loading(Arc::clone(&loading));
        Some(loading)
    }

    /// A batch whose load has begun.
    pub(crate) fn loading_batch(&self, id: BatchId) -> Option<Arc<LoadingBatch<K, R>>> {
        match self.keys(id.number()) {
            Keys::Loading(batch) => Some(Arc::clone(batch)),
            Keys::Open(_) => None,
        }
    }

    /// The number of batches whose keys are kept.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn batches(&self) -> usize {
        1 + self.others.len()
    }
}
