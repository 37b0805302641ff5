//! The synchronous core of the fact-load: for one fact type, what is known and what is on its way.
//!
//! It knows no async, no I/O, no tracing and no channel type. Keys wait in *batches*: a batch is
//! open while askers add to it, loading once somebody took it, and gone when it is finished or
//! abandoned. What waits for a batch is a `W`, which the core only keeps and hands back, in the
//! order in which it came, to be signalled outside the lock.
//!
//! # Invariants
//! - A key is in at most one batch, and a batch is taken at most once, so a key has one leader
//!   however many ask for it (guarantee 1).
//! - A batch hands back its waiters once, when it is removed (guarantee 2).
//! - A key's slot is written once, with its whole result, and read under the same lock (guarantee 4).
//! - A batch without waiters is removed and leaves its keys vacant, as if never asked (guarantee 3).
//! - A closed core has no batch and takes none (guarantee 7).

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// A key with its hash, computed before the lock is taken so that no user `Hash` runs under it.
#[derive(Clone, Debug)]
pub(crate) struct Hashed<K> {
    hash: u64,
    key: K,
}

impl<K: Hash> Hashed<K> {
    pub(crate) fn new(key: K, state: &impl BuildHasher) -> Self {
        Self { hash: state.hash_one(&key), key }
    }

    pub(crate) fn key(&self) -> &K {
        &self.key
    }
}

impl<K: PartialEq> PartialEq for Hashed<K> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.key == other.key
    }
}

impl<K: Eq> Eq for Hashed<K> {}

impl<K> Hash for Hashed<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Passes a `Hashed` key's own hash through.
#[derive(Default)]
pub(crate) struct Passthrough(u64);

impl Hasher for Passthrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        debug_assert!(false, "only `Hashed` keys are hashed here");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Names a batch of one core, for as long as the core lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BatchId(u64);

/// Where a key stands. A slot, once given to a key, stays the key's.
#[derive(Debug)]
enum Slot<R> {
    /// Asked for once, but its batch was abandoned: as good as never asked.
    Vacant,
    InFlight(BatchId),
    Known(R),
}

/// A key that was asked for, once for the core's life: its place is its slot's number.
#[derive(Debug)]
struct Entry<K, R> {
    key: Hashed<K>,
    slot: Slot<R>,
    /// The entry before this one whose key has the same hash.
    before: Option<usize>,
}

/// The last entry of each hash. It knows no key, so that it is compiled once, and not for each fact.
#[derive(Debug, Default)]
struct Index(HashMap<u64, usize, BuildHasherDefault<Passthrough>>);

impl Index {
    fn last(&self, hash: u64) -> Option<usize> {
        self.0.get(&hash).copied()
    }

    /// Puts an entry in; gives the one that was the last before.
    fn put(&mut self, hash: u64, entry: usize) -> Option<usize> {
        self.0.insert(hash, entry)
    }
}

/// Keys that are loaded by one call.
#[derive(Debug)]
struct Batch<K, W> {
    /// The keys, until the batch is taken.
    keys: Vec<K>,
    /// The slot of each key, in the same order.
    slots: Vec<usize>,
    /// Who waits, in the order in which they came.
    waiters: Vec<W>,
}

/// What became of a key that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered<R> {
    /// The result is known.
    Cached(R),
    /// The key is new: it went into this batch, which somebody must take and load.
    Leading(BatchId),
    /// Somebody asked for it before: it is in this batch already.
    Joined(BatchId),
    /// The core is closed: its session has new sources.
    Closed,
}

/// One fact type's results and loads in flight; see the [module](self).
#[derive(Debug)]
pub(crate) struct Core<K, R, W> {
    index: Index,
    entries: Vec<Entry<K, R>>,
    /// Every batch since the core was last idle, by its number; `None` once it is removed. A plain
    /// vector, because all of this is compiled anew for each fact of a user's.
    batches: Vec<Option<Batch<K, W>>>,
    /// The number of the first of `batches`.
    first: u64,
    /// The batches that are there.
    live: usize,
    /// Batches from this number on are open. Only the last one takes more keys.
    first_open: u64,
    closed: bool,
}

impl<K, R, W> Default for Core<K, R, W> {
    fn default() -> Self {
        Self {
            index: Index::default(),
            entries: Vec::new(),
            batches: Vec::new(),
            first: 0,
            live: 0,
            first_open: 0,
            closed: false,
        }
    }
}

impl<K: Eq, R: Clone, W> Core<K, R, W> {
    /// The result of `key`, if it is known.
    pub(crate) fn peek_cache(&self, key: &Hashed<K>) -> Option<R> {
        match &self.entries[self.find(key)?].slot {
            Slot::Known(result) => Some(result.clone()),
            Slot::Vacant | Slot::InFlight(_) => None,
        }
    }

    /// The entry of `key`.
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        let mut at = self.index.last(key.hash)?;
        while *key != self.entries[at].key {
            at = self.entries[at].before?;
        }
        Some(at)
    }

    /// Asks for `key`: answers from the cache, or sees to it that the key is in a batch.
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
        make_waiter: impl FnOnce(BatchId) -> Option<W>,
    ) -> Registered<R> {
        if self.closed {
            return Registered::Closed;
        }
        let found = self.find(&key);
        match found.map(|at| &self.entries[at].slot) {
            Some(Slot::Known(result)) => return Registered::Cached(result.clone()),
            Some(&Slot::InFlight(id)) => {
                self.wait(id, make_waiter);
                return Registered::Joined(id);
            }
            Some(Slot::Vacant) | None => {}
        }
        let id = self.open_batch(limit);
        let slot = if let Some(at) = found {
            self.entries[at].slot = Slot::InFlight(id);
            at
        } else {
            self.enter(key, id)
        };
        let batch = self.batch(id).expect("an open batch exists");
        batch.keys.push(copy);
        batch.slots.push(slot);
        self.wait(id, make_waiter);
        Registered::Leading(id)
    }

    /// A new entry, of a key that is in a batch.
    fn enter(&mut self, key: Hashed<K>, id: BatchId) -> usize {
        let at = self.entries.len();
        let before = self.index.put(key.hash, at);
        self.entries.push(Entry { key, slot: Slot::InFlight(id), before });
        at
    }

    fn wait(&mut self, id: BatchId, make_waiter: impl FnOnce(BatchId) -> Option<W>) {
        let batch = self.batch(id).expect("a key in flight is in a batch");
        batch.waiters.extend(make_waiter(id));
    }

    /// Where a batch is, or was.
    fn place(&mut self, id: BatchId) -> Option<&mut Option<Batch<K, W>>> {
        let at = usize::try_from(id.0.checked_sub(self.first)?).ok()?;
        self.batches.get_mut(at)
    }

    fn batch(&mut self, id: BatchId) -> Option<&mut Batch<K, W>> {
        self.place(id)?.as_mut()
    }

    fn remove(&mut self, id: BatchId) -> Option<Batch<K, W>> {
        let batch = self.place(id)?.take()?;
        self.live -= 1;
        if self.live == 0 {
            self.first = self.next();
            self.first_open = self.first;
            self.batches.clear();
        }
        Some(batch)
    }

    /// The number of the next batch.
    fn next(&self) -> u64 {
        self.first + self.batches.len() as u64
    }

    /// The batch that the next new key goes into.
    fn open_batch(&mut self, limit: usize) -> BatchId {
        let next = self.next();
        let mut open = (self.first_open..next).rev().map(BatchId);
        if let Some(last) = open.find(|id| self.batch(*id).is_some())
            && self.batch(last).is_some_and(|batch| batch.keys.len() < limit)
        {
            return last;
        }
        let batch = Batch { keys: Vec::new(), slots: Vec::new(), waiters: Vec::new() };
        self.batches.push(Some(batch));
        self.live += 1;
        BatchId(next)
    }

    /// Takes the oldest open batch: the caller must load its keys and then finish or abandon it.
    pub(crate) fn take_open(&mut self) -> Option<(BatchId, Vec<K>)> {
        while self.first_open < self.next() {
            let id = BatchId(self.first_open);
            self.first_open += 1;
            if let Some(batch) = self.batch(id) {
                return Some((id, std::mem::take(&mut batch.keys)));
            }
        }
        None
    }

    /// Caches the results of a batch, `answer(i)` for its `i`th key, and gives back its waiters in
    /// join order, to be signalled outside the lock. A batch that was abandoned changes nothing.
    pub(crate) fn finish(&mut self, id: BatchId, answer: impl Fn(usize) -> R) -> Vec<W> {
        let Some(batch) = self.remove(id) else { return Vec::new() };
        for (i, &slot) in batch.slots.iter().enumerate() {
            self.entries[slot].slot = Slot::Known(answer(i));
        }
        batch.waiters
    }

    /// Removes a batch without caching anything; its waiters must register anew.
    pub(crate) fn abandon(&mut self, id: BatchId) -> Vec<W> {
        let Some(batch) = self.remove(id) else { return Vec::new() };
        for &slot in &batch.slots {
            self.entries[slot].slot = Slot::Vacant;
        }
        batch.waiters
    }

    /// Takes back one waiter of a batch; if it was the last one, abandons the batch and says so.
    pub(crate) fn leave(&mut self, id: BatchId, is_leaving: impl Fn(&W) -> bool) -> bool {
        let Some(batch) = self.batch(id) else { return false };
        batch.waiters.retain(|waiter| !is_leaving(waiter));
        if !batch.waiters.is_empty() {
            return false;
        }
        self.abandon(id);
        true
    }

    /// Whether no batch is open or loading.
    pub(crate) fn is_idle(&self) -> bool {
        self.live == 0
    }

    /// Closes the core if nothing is in flight, so that no load can begin; says whether it did.
    pub(crate) fn close_if_idle(&mut self) -> bool {
        self.closed = self.closed || self.is_idle();
        self.closed
    }

    /// Takes a closing back: another table of the session was busy.
    pub(crate) fn reopen(&mut self) {
        self.closed = false;
    }
}
