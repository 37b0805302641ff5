//! The synchronous core of the fact-load: for one fact type, what is known and what is on its way.
//!
//! It knows no async, no I/O, no tracing and no channel type. Keys wait in *batches*: a batch is
//! open while askers add to it, loading once somebody took it, and gone when it is finished or
//! abandoned. What waits for a batch is a `W`, which the core only keeps and hands back, in the
//! order in which it came, to be signalled outside the lock. What loads a batch is an `F`, which it keeps
//! for whoever can drive it. What a batch comes to is an `R`, which is made when the batch is taken,
//! shared with whoever loads it, and read once it is finished.
//!
//! A key is moved into its batch, and stays there: nothing of it is copied.
//!
//! What needs the type of a key or of its results is here, because it is compiled anew for each fact
//! of a user's; all the rest is in the [`ledger`](super::ledger).
//!
//! # Invariants
//! - A key is in at most one batch that is not abandoned, and a batch is taken at most once, so a key
//!   has one leader however many ask for it (guarantee 1).
//! - A batch hands back its waiters once, when it is finished or abandoned (guarantee 2).
//! - The results of a batch are read after it is finished, and it is finished once, after they are
//!   whole (guarantee 4).
//! - A batch without waiters is abandoned and leaves its keys vacant, as if never asked (guarantee 3).
//! - A closed core has no batch in flight and takes none (guarantee 7).

use std::sync::Arc;

use super::few::Few;
use super::index::Hashed;
use super::ledger::Ledger;

pub(crate) use super::ledger::{BatchId, Registered};

/// One fact type's results and loads in flight; see the [module](self).
#[derive(Debug)]
pub(crate) struct Core<K, R, W, F = ()> {
    pub(crate) ledger: Ledger<W, F>,
    /// The keys of each batch, by the number that the ledger gives it: of the first, and of the others.
    first: Keys<K, R>,
    others: Vec<Keys<K, R>>,
}

/// The keys of a batch, in the order in which they were asked for.
#[derive(Debug)]
enum Keys<K, R> {
    Open(Few<K>),
    Taken(Arc<Taken<K, R>>),
}

/// A batch that was taken: the keys to load, and what they come to.
#[derive(Debug)]
pub(crate) struct Taken<K, R> {
    pub(crate) keys: Few<K>,
    pub(crate) results: R,
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

impl<K, R, W, F> Default for Core<K, R, W, F> {
    #[inline]
    fn default() -> Self {
        let first = Keys::Open(Few::default());
        Self { ledger: Ledger::default(), first, others: Vec::new() }
    }
}

impl<K: Eq, R: Default, W, F> Core<K, R, W, F> {
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

    /// Asks for `key`: says that it is known, or sees to it that the key is in a batch.
    ///
    /// `make_waiter` is called with that batch, under the lock, so that no batch is abandoned
    /// between an asker's registration and its waiting; it gives `None` if the asker waits for
    /// the batch already. A batch takes at most `limit` keys (at least one).
    pub(crate) fn try_register(
        &mut self,
        key: Hashed<K>,
        limit: usize,
        make_waiter: &mut dyn FnMut(BatchId) -> Option<W>,
    ) -> Registered {
        let found = self.find(&key);
        let registered = self.ledger.register(key.hash(), found, limit, make_waiter);
        if let Registered::Leading(id) = registered {
            self.put(id, key.key);
        }
        registered
    }

    /// A new key of an open batch.
    fn put(&mut self, id: BatchId, key: K) {
        let number = id.number();
        let (is_first, expected) = (self.ledger.keys(number) == 1, self.ledger.expected);
        match self.keys_mut(number) {
            Keys::Open(keys) if !is_first => keys.push(key, expected),
            // Where an abandoned batch was, or where none was yet.
            unused => *unused = Keys::Open(Few::One(key)),
        }
    }

    fn keys(&self, number: usize) -> &Keys<K, R> {
        number.checked_sub(1).map_or(&self.first, |at| &self.others[at])
    }

    /// The same; it may be a new number, the next one.
    fn keys_mut(&mut self, number: usize) -> &mut Keys<K, R> {
        let Some(at) = number.checked_sub(1) else { return &mut self.first };
        if at == self.others.len() {
            self.others.push(Keys::Open(Few::default()));
        }
        &mut self.others[at]
    }

    /// Takes the oldest open batch: the caller must load its keys, put what they come to into the
    /// results, in the order of the keys, and then finish or abandon the batch.
    pub(crate) fn take_open(&mut self) -> Option<(BatchId, Arc<Taken<K, R>>)> {
        let id = self.ledger.take_open()?;
        let batch = self.keys_mut(id.number());
        let Keys::Open(keys) = batch else { return None };
        let taken = Taken { keys: std::mem::take(keys), results: R::default() };
        let taken = Arc::new(taken);
        *batch = Keys::Taken(Arc::clone(&taken));
        Some((id, taken))
    }

    /// How many batches it keeps keys of.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn batches(&self) -> usize {
        1 + self.others.len()
    }
}
