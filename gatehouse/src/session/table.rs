//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::batches::BatchId;
use super::core::{Core, Known};
use super::results::{self, KeyBatch, Results};
use super::shared_future::{LoadOwner, SharedFuture};
use crate::collections::{HashState, Hashed};
use crate::fact::{FactError, FactKey, FactResult};
use crate::sync::{Hint, Mutex, OnceLock, Ordering};

/// Everything that a session knows of one fact, and asks its source for.
///
/// Of an application's facts, a request needs a few. So there is nothing in a table before its fact is
/// first asked for: it costs no allocation, and a glance where all tables are driven.
pub struct Table<K: FactKey> {
    /// Made under the lock of the generation, see [`Generation::closing`](super::Generation).
    entries: OnceLock<StdArc<Entries<K>>>,
}

/// A table, once its fact was asked for. Its loads in flight hold it.
///
/// Lock order: `core`, then a load, then the [set](super::waiter::WaiterSet) of those who wait. No user code but `Eq` of a key runs
/// under any of them.
pub(super) struct Entries<K: FactKey> {
    pub(super) core: Mutex<CoreOf<K>>,
    /// Not zero once a load is over. Noted before its batch is finished: who finds that a key is known
    /// finds this too.
    landed: Hint,
    hash_state: HashState,
    shelf: [Shelved<K>; SHELF],
}

/// How many batches can be read without a lock: the first of a session, which has few.
const SHELF: usize = 4;

/// The place that was read last, before one was.
const NOWHERE: usize = usize::MAX;

/// A batch that is finished, to be read in the order in which it was asked for.
///
/// A rule that runs again reads the same facts in the same order. So the next key is likely to be the
/// one behind that which was read last, or the same: it is compared, and neither hashed nor looked for.
struct Shelved<K: FactKey> {
    batch: OnceLock<StdArc<KeyBatch<K>>>,
    /// The place that was read last. Any number will do.
    last: Hint,
}

impl<K: FactKey> Shelved<K> {
    fn new() -> Self {
        Self { batch: OnceLock::new(), last: Hint::new(NOWHERE) }
    }

    #[inline]
    fn read(&self, key: &K) -> Option<FactResult<K::Value>> {
        let batch = self.batch.get()?;
        let last = self.last.load(Ordering::Relaxed);
        let next = last.wrapping_add(1);
        let is_at = |at: usize| batch.keys.get(at).is_some_and(|known| *key == *known);
        let at = if is_at(next) {
            self.last.store(next, Ordering::Relaxed);
            next
        } else {
            is_at(last).then_some(last)?
        };
        Some(results::read(&batch.results, at))
    }

    /// The same, not in the way of those that find their key in the first batch.
    #[inline(never)]
    fn read_behind(&self, key: &K) -> Option<FactResult<K::Value>> {
        self.read(key)
    }
}

/// What is known of a fact, who waits for more, and what loads it.
type CoreOf<K> = Core<K, Results<<K as FactKey>::Value>, Load>;

/// The load of a batch.
type Load = StdArc<SharedFuture>;

impl<K: FactKey> Default for Table<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> Table<K> {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: OnceLock::new() }
    }

    /// The result of `key`, if it is known. The value is cloned outside the lock.
    #[inline]
    pub(crate) fn read(&self, key: K) -> Option<FactResult<K::Value>> {
        self.entries()?.read(key)
    }

    pub(super) fn entries(&self) -> Option<&StdArc<Entries<K>>> {
        self.entries.get()
    }

    pub(super) fn make(&self) -> &StdArc<Entries<K>> {
        self.entries.get_or_init(|| StdArc::new(Entries::new()))
    }
}

impl<K: FactKey> Entries<K> {
    fn new() -> Self {
        Self {
            core: Mutex::new(Core::default()),
            landed: Hint::new(0),
            hash_state: HashState::default(),
            shelf: std::array::from_fn(|_| Shelved::new()),
        }
    }

    /// The key with its hash: user code, and so done before any lock is taken.
    pub(super) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if it is known and the next one to be read, most likely.
    #[inline]
    pub(super) fn read_next(&self, key: &K) -> Option<FactResult<K::Value>> {
        let (first, others) = self.shelf.split_first()?;
        first.read(key).or_else(|| others.iter().find_map(|shelved| shelved.read_behind(key)))
    }

    /// Whether no key is known, as before the first load.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.landed.load(Ordering::Relaxed) == 0
    }

    #[inline]
    fn read(&self, key: K) -> Option<FactResult<K::Value>> {
        if self.is_empty() {
            return None;
        }
        self.read_next(&key).or_else(|| self.look_up(key))
    }

    fn look_up(&self, key: K) -> Option<FactResult<K::Value>> {
        let key = self.hashed(key);
        let known = self.core.lock().peek_cache(&key)?;
        Some(self.read_known(&known))
    }

    pub(super) fn read_known(&self, known: &Known<K, Results<K::Value>>) -> FactResult<K::Value> {
        let (number, batch, at) = known;
        if let Some(shelved) = self.shelf.get(*number) {
            shelved.last.store(*at, Ordering::Relaxed);
        }
        results::read(&batch.results, *at)
    }

    /// A batch is finished: it is read without a lock from now on, if it is one of the first.
    fn shelve(&self, batch: BatchId, taken: Option<StdArc<KeyBatch<K>>>) {
        if let (Some(shelved), Some(taken)) = (self.shelf.get(batch.number()), taken) {
            let _ = shelved.batch.set(taken);
        }
    }
}

impl<K: FactKey> LoadOwner for Entries<K> {
    fn fact(&self) -> &'static str {
        K::NAME
    }

    fn fail(&self, batch: BatchId, error: &FactError) {
        let mut core = self.core.lock();
        let taken = core.ledger.is_in_flight(batch).then(|| core.taken(batch)).flatten();
        drop(core);
        if let Some(taken) = taken {
            let _ = taken.results.set(Err(error.clone()));
        }
    }

    fn finish(&self, batch: BatchId) {
        self.landed.store(1, Ordering::Relaxed);
        let mut core = self.core.lock();
        let load = core.ledger.finish(batch);
        let taken = core.taken(batch);
        drop(core);
        if load.is_some() {
            self.shelve(batch, taken);
        }
    }
}
