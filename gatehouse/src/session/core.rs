//! The synchronous core of the fact-load: for one fact type, what is known and what is on its way.
//!
//! It knows no async, no I/O, no tracing and no channel type. Keys wait in *batches*: a batch is
//! open while askers add to it, loading once somebody took it, and gone when it is finished or
//! abandoned. What loads a batch is an `F`, which is made when the batch is opened, keeps who waits for
//! it, and is handed back once, when the batch is over, to be signalled outside the lock: the core
//! only counts those who wait. What a batch comes to is an `R`, which is made when the batch is taken,
//! shared with whoever loads it, and read once it is finished.
//!
//! A key is moved into its batch, and stays there: nothing of it is copied.
//!
//! What needs the type of a key or of its results is here, because it is compiled anew for each fact
//! of a user's; all the rest is in the [`ledger`](super::batches).
//!
//! # Invariants
//! - A key is in at most one batch that is not abandoned, and a batch is taken at most once, so a key
//!   has one leader however many ask for it (guarantee 1).
//! - A batch hands back what loads it once, when it is finished or abandoned (guarantee 2).
//! - The results of a batch are read after it is finished, and it is finished once, after they are
//!   whole (guarantee 4).
//! - A batch without waiters is abandoned and leaves its keys vacant, as if never asked (guarantee 3).
//! - A closed core has no batch in flight and takes none (guarantee 7).

use std::sync::Arc;

use super::batches::{Asker, BatchId, Ledger, Registered};
use crate::collections::{Hashed, OneOrMany};

/// One fact type's results and loads in flight; see the [module](self).
#[derive(Debug)]
pub(crate) struct Core<K, R, F> {
    pub(crate) ledger: Ledger<F>,
    /// The keys of each batch, by the number that the ledger gives it: of the first, and of the others.
    first: Keys<K, R>,
    others: Vec<Keys<K, R>>,
}

/// The keys of a batch, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) enum Keys<K, R> {
    Open(OneOrMany<K>),
    Taken(Arc<Taken<K, R>>),
}

/// A batch that was taken: the keys to load, and what they come to.
#[derive(Debug)]
pub(crate) struct Taken<K, R> {
    pub(crate) keys: OneOrMany<K>,
    pub(crate) results: R,
}

/// A key that is asked for, until it is in a batch; then, the keys of an abandoned one that it replaced.
/// Their destructors are the user's, so they are dropped outside of the lock.
pub(crate) struct Asking<K, R> {
    key: Option<Hashed<K>>,
    replaced: Option<Keys<K, R>>,
}

impl<K, R> Asking<K, R> {
    pub(crate) fn new(key: Hashed<K>) -> Self {
        Self { key: Some(key), replaced: None }
    }
}

/// A key's result is in the batch of this number, which is this one, at this place.
pub(crate) type Known<K, R> = (usize, Arc<Taken<K, R>>, usize);

impl<K, R> Keys<K, R> {
    fn key(&self, at: usize) -> &K {
        match self {
            Self::Open(keys) => &keys[at],
            Self::Taken(batch) => &batch.keys[at],
        }
    }
}

impl<K, R, F> Default for Core<K, R, F> {
    #[inline]
    fn default() -> Self {
        let first = Keys::Open(OneOrMany::default());
        Self { ledger: Ledger::default(), first, others: Vec::new() }
    }
}

impl<K: Eq, R: Default, F> Core<K, R, F> {
    /// Where the result of `key` is, if it is known.
    pub(crate) fn peek_cache(&self, key: &Hashed<K>) -> Option<Known<K, R>> {
        self.known(self.find(key)?)
    }

    /// Where the result of the key with this slot is, if it is known.
    pub(crate) fn known(&self, slot: usize) -> Option<Known<K, R>> {
        let (batch, at) = self.ledger.known(slot)?;
        match self.keys(batch) {
            Keys::Taken(taken) => Some((batch, Arc::clone(taken), at)),
            Keys::Open(_) => None,
        }
    }

    /// The slot of `key`.
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.ledger.index.find(key.hash(), |slot| {
            let (batch, at) = self.ledger.place(slot);
            key.key == *self.keys(batch).key(at)
        })
    }

    /// Asks for a key: says that it is known, or sees to it that the key is in a batch.
    ///
    /// `asker` joins that batch under the lock, so that no batch is abandoned between an asker's
    /// registration and its waiting. A batch takes at most `limit` keys (at least one). What `asking` is
    /// left with is to be dropped outside of the lock.
    pub(crate) fn try_register(
        &mut self,
        asking: &mut Asking<K, R>,
        limit: usize,
        asker: &mut dyn Asker<F>,
    ) -> Registered {
        let Some(key) = &asking.key else { return Registered::Closed };
        let found = self.find(key);
        let registered = self.ledger.register(key.hash(), found, limit, asker);
        if let Registered::Leading(id) = registered {
            asking.replaced = asking.key.take().and_then(|key| self.put(id, key.key));
        }
        registered
    }

    /// A new key of an open batch. Gives the keys of an abandoned one, whose place it takes.
    fn put(&mut self, id: BatchId, key: K) -> Option<Keys<K, R>> {
        let number = id.number();
        let (is_first, expected) = (self.ledger.keys(number) == 1, self.ledger.expected);
        match self.keys_mut(number) {
            Keys::Open(keys) if !is_first => {
                keys.push(key, expected);
                None
            }
            // Where an abandoned batch was, or where none was yet.
            unused => Some(std::mem::replace(unused, Keys::Open(OneOrMany::One(key)))),
        }
    }

    fn keys(&self, number: usize) -> &Keys<K, R> {
        number.checked_sub(1).map_or(&self.first, |at| &self.others[at])
    }

    /// The same; it may be a new number, the next one.
    fn keys_mut(&mut self, number: usize) -> &mut Keys<K, R> {
        let Some(at) = number.checked_sub(1) else { return &mut self.first };
        if at == self.others.len() {
            self.others.push(Keys::Open(OneOrMany::default()));
        }
        &mut self.others[at]
    }

    /// Takes a batch, if it is open: the caller must load its keys, put what they come to into the
    /// results, in the order of the keys, and then finish or abandon the batch.
    pub(crate) fn take(&mut self, id: BatchId) -> Option<Arc<Taken<K, R>>> {
        if !self.ledger.take(id) {
            return None;
        }
        let batch = self.keys_mut(id.number());
        let Keys::Open(keys) = batch else { return None };
        let taken = Arc::new(Taken { keys: std::mem::take(keys), results: R::default() });
        *batch = Keys::Taken(Arc::clone(&taken));
        Some(taken)
    }

    /// A batch that was taken.
    pub(crate) fn taken(&self, id: BatchId) -> Option<Arc<Taken<K, R>>> {
        match self.keys(id.number()) {
            Keys::Taken(taken) => Some(Arc::clone(taken)),
            Keys::Open(_) => None,
        }
    }

    /// How many batches it keeps keys of.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn batches(&self) -> usize {
        1 + self.others.len()
    }
}
