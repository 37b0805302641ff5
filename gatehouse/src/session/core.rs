//! The synchronous core of the fact-load: for one fact type, what is known and what is on its way.
//!
//! It knows no async, no I/O, no tracing and no channel type. Keys wait in *batches*: a batch is
//! open while askers add to it, loading once somebody took it, and gone when it is finished or
//! abandoned. What waits for a batch is a `W`, which the core only keeps and hands back, in the
//! order in which it came, to be signalled outside the lock. What a batch comes to is an `R`, which
//! is made when the batch is taken, shared with whoever loads it, and read once it is finished.
//!
//! What needs the type of a key or of its results is here, because it is compiled anew for each fact
//! of a user's; all the rest is in the [`ledger`](super::ledger).
//!
//! # Invariants
//! - A key is in at most one batch, and a batch is taken at most once, so a key has one leader
//!   however many ask for it (guarantee 1).
//! - A batch hands back its waiters once, when it is removed (guarantee 2).
//! - A key's slot is written once, when its whole result is there, and read under the same lock
//!   (guarantee 4).
//! - A batch without waiters is removed and leaves its keys vacant, as if never asked (guarantee 3).
//! - A closed core has no batch and takes none (guarantee 7).

use super::index::Hashed;
use super::ledger::Ledger;

pub(crate) use super::ledger::{BatchId, Registered};

/// One fact type's results and loads in flight; see the [module](self).
#[derive(Debug)]
pub(crate) struct Core<K, R, W> {
    pub(crate) ledger: Ledger<W>,
    /// Every key that was asked for. A key's place is its slot in the ledger.
    keys: Vec<K>,
    /// The keys that wait to be loaded, once more: one run of them after the other.
    waiting: Vec<K>,
    /// What batches come to, by the numbers that the ledger gives them.
    results: Vec<R>,
}

impl<K, R, W> Default for Core<K, R, W> {
    fn default() -> Self {
        Self {
            ledger: Ledger::default(),
            keys: Vec::new(),
            waiting: Vec::new(),
            results: Vec::new(),
        }
    }
}

impl<K: Eq, R: Clone + Default, W> Core<K, R, W> {
    /// The results that `key` is in, and its place in them, if it is known.
    pub(crate) fn peek_cache(&self, key: &Hashed<K>) -> Option<(R, usize)> {
        let place = self.ledger.known(self.find(key)?)?;
        Some((self.results[place.results].clone(), place.at))
    }

    /// The slot of `key`.
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.ledger.index.find(key.hash(), |slot| key.key == self.keys[slot])
    }

    /// Asks for `key`: says that it is known, or sees to it that the key is in a batch.
    ///
    /// `make_waiter` is called with that batch, under the lock, so that no batch is abandoned
    /// between an asker's registration and its waiting; it gives `None` if the asker waits for
    /// the batch already. A batch takes at most `limit` keys (at least one). `copy` is the key once
    /// more, cloned before the lock was taken.
    pub(crate) fn try_register(
        &mut self,
        key: Hashed<K>,
        copy: K,
        limit: usize,
        make_waiter: &mut dyn FnMut(BatchId) -> Option<W>,
    ) -> Registered {
        let found = self.find(&key);
        let registered = self.ledger.register(key.hash(), found, limit, make_waiter);
        if let Registered::Leading(_) = registered {
            self.waiting.push(copy);
            if found.is_none() {
                self.keys.push(key.key);
            }
        }
        registered
    }

    /// Takes the oldest open batch: the caller must load its keys, put what they come to into the
    /// results, in the order of the keys, and then finish or abandon the batch.
    pub(crate) fn take_open(&mut self) -> Option<(BatchId, Vec<K>, R)> {
        while let Some((run, batch)) = self.ledger.take_run() {
            let rest = self.waiting.split_off(run);
            let keys = std::mem::replace(&mut self.waiting, rest);
            let Some((id, place)) = batch else { continue };
            let results = R::default();
            if place == self.results.len() {
                self.results.push(results.clone());
            } else {
                self.results[place] = results.clone();
            }
            return Some((id, keys, results));
        }
        None
    }

    /// Removes a batch without caching anything; its waiters must register anew.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn abandon(&mut self, id: BatchId) -> Vec<W> {
        let waiters = self.ledger.abandon(id);
        self.waiting.truncate(self.ledger.trim());
        waiters
    }

    /// How many keys wait to be loaded.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many batches it keeps results of.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn results(&self) -> usize {
        self.results.len()
    }

    /// Takes back one waiter of a batch; if it was the last one, abandons the batch and says so.
    pub(crate) fn leave(&mut self, id: BatchId, is_leaving: &dyn Fn(&W) -> bool) -> bool {
        let abandoned = self.ledger.leave(id, is_leaving);
        if abandoned {
            self.waiting.truncate(self.ledger.trim());
        }
        abandoned
    }
}
