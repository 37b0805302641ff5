//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::batches::{BatchId, Told};
use super::core::{Asking, CachedAt, Core};
use super::results::{self, BatchResults, KeyBatch, Results};
use super::shared_future::{LoadOwner, SharedFuture};
use crate::collections::{HashState, Hashed, OneOrMany};
use crate::fact::{FactError, FactKey, FactResult};
use crate::sync::{Hint, Mutex, OnceLock, Ordering};

/// The known keys of one fact on a session, and the loads in flight.
///
/// A request needs few of an application's facts. So a table is empty before its fact is first asked for:
/// an unused table costs no allocation, and one check when the generation is closed.
pub struct Table<K: FactKey> {
    /// Initialised under the lock of the generation, see [`Generation::closing`](super::Generation).
    state: OnceLock<StdArc<TableState<K>>>,
}

/// A table whose fact was asked for. Its loads in flight hold it.
///
/// Lock order: `core`, then a load, then the [waiters](super::waiter::WaiterSet) of the session. The only
/// user code under any of them is the `Eq` of a key.
pub(super) struct TableState<K: FactKey> {
    pub(super) core: Mutex<CoreOf<K>>,
    /// Not zero once a load is over, or a value was told. Set before a key is known: whoever sees a known key
    /// sees this, too.
    any_loaded: Hint,
    hash_state: HashState,
    recent: [SequentialReader<K>; RECENT_BATCHES],
}

/// The number of batches that are read without a lock: the first ones, since a session has few.
const RECENT_BATCHES: usize = 4;

/// The position that was read last, before the first read.
const NOT_READ: usize = usize::MAX;

/// A finished batch, read without a lock in the order in which its keys were asked for.
///
/// A policy that runs again reads the same facts in the same order. So the next key is most likely the one
/// after the key that was read last, or that key: it is compared, and neither hashed nor looked up.
struct SequentialReader<K: FactKey> {
    batch: OnceLock<StdArc<KeyBatch<K>>>,
    /// The position that was read last: a hint, so any number is valid.
    last: Hint,
}

impl<K: FactKey> SequentialReader<K> {
    fn new() -> Self {
        Self { batch: OnceLock::new(), last: Hint::new(NOT_READ) }
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

    /// [`read`](Self::read), out of line to keep the first batch's path small.
    #[inline(never)]
    fn read_out_of_line(&self, key: &K) -> Option<FactResult<K::Value>> {
        self.read(key)
    }
}

/// The core of the fact `K`.
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
        Self { state: OnceLock::new() }
    }

    /// The result of `key`, if it is known. The value is cloned outside the lock.
    #[inline]
    pub(crate) fn read(&self, key: K) -> Option<FactResult<K::Value>> {
        self.state()?.read(key)
    }

    pub(super) fn state(&self) -> Option<&StdArc<TableState<K>>> {
        self.state.get()
    }

    pub(super) fn init(&self) -> &StdArc<TableState<K>> {
        self.state.get_or_init(|| StdArc::new(TableState::new()))
    }
}

impl<K: FactKey> TableState<K> {
    fn new() -> Self {
        Self {
            core: Mutex::new(Core::default()),
            any_loaded: Hint::new(0),
            hash_state: HashState::default(),
            recent: std::array::from_fn(|_| SequentialReader::new()),
        }
    }

    /// The key with its hash. `Hash` is user code, so this comes before any lock.
    pub(super) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if it is found without a lock.
    #[inline]
    pub(super) fn read_next(&self, key: &K) -> Option<FactResult<K::Value>> {
        let (first, others) = self.recent.split_first()?;
        first.read(key).or_else(|| others.iter().find_map(|reader| reader.read_out_of_line(key)))
    }

    /// Whether no load is over yet, so that no key is known.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.any_loaded.load(Ordering::Relaxed) == 0
    }

    #[inline]
    fn read(&self, key: K) -> Option<FactResult<K::Value>> {
        if self.is_empty() {
            return None;
        }
        self.read_next(&key).or_else(|| self.look_up(key))
    }

    /// Makes a key known, unless it is known or being loaded.
    pub(super) fn tell(&self, key: K, value: K::Value) -> Told {
        let results = BatchResults::new(OneOrMany::One(Some(value)));
        let mut results = Some(Results::from(Ok(results)));
        let mut asking = Asking::new(self.hashed(key));
        self.any_loaded.store(1, Ordering::Relaxed);
        let mut core = self.core.lock();
        let told = core.tell(&mut asking, &mut results);
        drop(core);
        told
    }

    fn look_up(&self, key: K) -> Option<FactResult<K::Value>> {
        let key = self.hashed(key);
        let cached = self.core.lock().peek_cache(&key)?;
        Some(self.read_cached(&cached))
    }

    /// The result at a place, after which the next key is expected.
    pub(super) fn read_cached(
        &self,
        cached: &CachedAt<K, Results<K::Value>>,
    ) -> FactResult<K::Value> {
        let CachedAt { number, batch, at } = cached;
        if let Some(reader) = self.recent.get(*number) {
            reader.last.store(*at, Ordering::Relaxed);
        }
        results::read(&batch.results, *at)
    }

    /// Makes a finished batch readable without a lock, if it is one of the first.
    fn keep_recent(&self, id: BatchId, batch: Option<StdArc<KeyBatch<K>>>) {
        if let (Some(reader), Some(batch)) = (self.recent.get(id.number()), batch) {
            let _ = reader.batch.set(batch);
        }
    }
}

impl<K: FactKey> LoadOwner for TableState<K> {
    fn fact(&self) -> &'static str {
        K::NAME
    }

    fn fail(&self, id: BatchId, error: &FactError) {
        let mut core = self.core.lock();
        let batch = core.batches.is_in_flight(id).then(|| core.loading_batch(id)).flatten();
        drop(core);
        if let Some(batch) = batch {
            let _ = batch.results.set(Err(error.clone()));
        }
    }

    fn finish(&self, id: BatchId) {
        self.any_loaded.store(1, Ordering::Relaxed);
        let mut core = self.core.lock();
        let load = core.batches.finish(id);
        let batch = core.loading_batch(id);
        drop(core);
        if load.is_some() {
            self.keep_recent(id, batch);
        }
    }
}
