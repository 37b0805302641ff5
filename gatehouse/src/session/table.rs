//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::core::{Asker, Asking, BatchId, Core, Known, Registered};
use super::index::Hashed;
use super::ledger::Ledger;
use super::load::{self, Asked, Results};
use super::round::Round;
use super::shared_future::{LoadOwner, Owned, SharedFuture};
use super::sync::{HashState, Hint, Mutex, OnceLock, Ordering};
use crate::fact::{FactError, FactKey, FactResult};
use crate::private::Stored;
use crate::source::{FactSource, Sources};
use crate::unwind;

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
struct Entries<K: FactKey> {
    core: Mutex<CoreOf<K>>,
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
    batch: OnceLock<StdArc<Asked<K>>>,
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
        Some(load::read(&batch.results, at))
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

    /// The result of `key`, if it is known; otherwise asks for it in `round`.
    pub(crate) fn read_or_ask<P: Sources>(
        &self,
        key: K,
        sources: &P,
        round: &mut Round<P>,
    ) -> Option<FactResult<K::Value>>
    where
        K: Stored<P>,
    {
        let Some(entries) = self.entries().or_else(|| round.generation().make(|| self.make()))
        else {
            round.find_replaced();
            return None;
        };
        entries.read_or_ask(key, sources, round)
    }

    fn entries(&self) -> Option<&StdArc<Entries<K>>> {
        self.entries.get()
    }

    fn make(&self) -> &StdArc<Entries<K>> {
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
    fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if it is known and the next one to be read, most likely.
    #[inline]
    fn read_next(&self, key: &K) -> Option<FactResult<K::Value>> {
        let (first, others) = self.shelf.split_first()?;
        first.read(key).or_else(|| others.iter().find_map(|shelved| shelved.read_behind(key)))
    }

    /// Whether no key is known, as before the first load.
    #[inline]
    fn is_empty(&self) -> bool {
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

    fn read_or_ask<P: Sources>(
        self: &StdArc<Self>,
        key: K,
        sources: &P,
        round: &mut Round<P>,
    ) -> Option<FactResult<K::Value>>
    where
        K: Stored<P>,
    {
        if !self.is_empty()
            && let Some(known) = self.read_next(&key)
        {
            return Some(known);
        }
        let key = self.hashed(key);
        let limit = K::source(sources).max_batch_size();
        // No batch has more, nor needs room for more.
        let expected = round.left.min(limit);
        let mut asking = Asking::new(key);
        let mut asker = AskFor { entries: self, round };
        let mut core = self.core.lock();
        core.ledger.expected = expected;
        match core.try_register(&mut asking, limit, &mut asker) {
            Registered::Cached(slot) => {
                let known = core.known(slot)?;
                drop(core);
                return Some(self.read_known(&known));
            }
            Registered::Closed => asker.round.find_replaced(),
            Registered::Leading(_) | Registered::Joined(_) => {}
        }
        None
    }

    fn read_known(&self, known: &Known<K, Results<K::Value>>) -> FactResult<K::Value> {
        let (number, batch, at) = known;
        if let Some(shelved) = self.shelf.get(*number) {
            shelved.last.store(*at, Ordering::Relaxed);
        }
        load::read(&batch.results, *at)
    }

    /// A batch is finished: it is read without a lock from now on, if it is one of the first.
    fn shelve(&self, batch: BatchId, taken: Option<StdArc<Asked<K>>>) {
        if let (Some(shelved), Some(taken)) = (self.shelf.get(batch.number()), taken) {
            let _ = shelved.batch.set(taken);
        }
    }
}

/// Asks for a key of one fact, in the round of one evaluation.
struct AskFor<'a, P: Sources, K: FactKey> {
    entries: &'a StdArc<Entries<K>>,
    round: &'a mut Round<P>,
}

impl<P: Sources, K: Stored<P>> Asker<Load> for AskFor<'_, P, K> {
    fn open(&mut self, batch: BatchId) -> Load {
        let owner = StdArc::clone(self.entries);
        SharedFuture::load(Owned { owner, batch }, self.round.everybody())
    }

    fn join(&mut self, batch: BatchId, load: &Load) -> bool {
        self.round.wait_for(|tables| K::table(tables), batch, load)
    }
}

impl<K: FactKey> LoadOwner for Entries<K> {
    fn fact(&self) -> &'static str {
        K::NAME
    }

    fn finish(&self, batch: BatchId, failed: Option<FactError>) {
        self.landed.store(1, Ordering::Relaxed);
        let mut former = None;
        let mut core = self.core.lock();
        if core.ledger.is_in_flight(batch)
            && let Some(error) = failed
        {
            former = core.replace_results(batch, OnceLock::from(Err(error)));
        }
        let load = core.ledger.finish(batch);
        let taken = core.taken(batch);
        drop(core);
        if load.is_some() {
            self.shelve(batch, taken);
        }
        if former.is_some() {
            // Its values are the user's, and so are their destructors.
            unwind::drop_quietly(former);
        }
    }
}

/// What the session needs of a table, whatever its fact. As it is compiled anew for each fact, there
/// is no more to it than what needs the fact's type.
pub trait AnyTable<P: Sources>: Send + Sync {
    /// Begins the load of a batch, unless somebody did.
    #[doc(hidden)]
    fn start(&self, sources: &StdArc<P>, batch: BatchHandle<'_>);

    /// Runs `run` under the lock, if the fact was ever asked for.
    #[doc(hidden)]
    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>));
}

/// A batch, opaque to the outside.
pub struct BatchHandle<'b> {
    batch: BatchId,
    load: &'b Load,
}
/// What a table's core has that knows no key, opaque to the outside.
pub struct LedgerHandle<'l>(&'l mut Ledger<Load>);

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn start(&self, sources: &StdArc<P>, BatchHandle { batch, load }: BatchHandle<'_>) {
        let Some(entries) = self.entries() else { return };
        let taken = entries.core.lock().take(batch);
        if let Some(asked) = taken {
            load.start(Box::pin(load::load(StdArc::clone(sources), asked)));
        }
    }

    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>)) {
        if let Some(entries) = self.entries() {
            run(LedgerHandle(&mut entries.core.lock().ledger));
        }
    }
}

impl<P: Sources> dyn AnyTable<P> + '_ {
    /// Begins the load of a batch that an evaluation waits for, unless somebody did.
    pub(super) fn begin(&self, sources: &StdArc<P>, batch: BatchId, load: &Load) {
        self.start(sources, BatchHandle { batch, load });
    }

    /// One evaluation no longer waits for a batch of this table.
    pub(super) fn abandon(&self, id: BatchId) {
        let mut cancelled = None;
        self.locked(&mut |LedgerHandle(ledger)| cancelled = ledger.leave(id));
        if let Some(load) = cancelled {
            load.cancel();
        }
    }

    /// Closes the table if it has no load in flight; says whether it is closed. One that was never
    /// asked for is as good as closed, as its generation closes too.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut closed = true;
        self.locked(&mut |ledger| closed = ledger.0.close_if_idle());
        closed
    }

    /// Opens a closed table again.
    pub(super) fn reopen(&self) {
        self.locked(&mut |ledger| ledger.0.reopen());
    }
}
