//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::core::{BatchId, Core, Known, Registered};
use super::flight::Flight;
use super::index::Hashed;
use super::ledger::{Ledger, Waiters};
use super::load::{self, Asked, Results};
use super::round::Round;
use super::seat::{Roster, Seat, Waiting};
use super::sync::{Arc, HashState, Hint, Mutex, OnceLock, Ordering};
use crate::fact::{FactKey, FactResult};
use crate::private::Stored;
use crate::source::{FactSource, Sources};

/// Everything that a session knows of one fact, and asks its source for.
///
/// Of an application's facts, a request needs a few. So there is nothing in a table before its fact is
/// first asked for: it costs no allocation, and a glance where all tables are driven.
pub struct Table<K: FactKey> {
    /// Made under the lock of the generation, see [`Generation::closing`](super::Generation).
    entries: OnceLock<Box<Entries<K>>>,
}

/// A table, once its fact was asked for.
///
/// Lock order: `core`, then a seat. No user code but `Eq` of a key runs under any of them.
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
type CoreOf<K> = Core<K, Results<<K as FactKey>::Value>, Arc<Seat>, Load>;

/// The load of a batch that was taken.
type Load = StdArc<Flight<()>>;

/// The same, with its batch.
type Flying = (BatchId, Load);

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
        let Some(entries) = self.entries().or_else(|| round.make(|| self.make())) else {
            round.find_replaced();
            return None;
        };
        entries.read_or_ask(key, sources, round)
    }

    fn entries(&self) -> Option<&Entries<K>> {
        self.entries.get().map(Box::as_ref)
    }

    fn make(&self) -> &Entries<K> {
        self.entries.get_or_init(|| Box::new(Entries::new()))
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
        Some(self.read_known(known))
    }

    fn read_or_ask<P: Sources>(
        &self,
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
        let mut wait = |batch| round.wait_for(self, |tables| K::table(tables), batch);
        let mut core = self.core.lock();
        core.ledger.expected = expected;
        match core.try_register(key, limit, &mut wait) {
            Registered::Cached(slot) => {
                let known = core.known(slot)?;
                drop(core);
                return Some(self.read_known(known));
            }
            Registered::Closed => round.find_replaced(),
            Registered::Leading(_) | Registered::Joined(_) => {}
        }
        None
    }

    fn read_known(&self, (number, batch, at): Known<K, Results<K::Value>>) -> FactResult<K::Value> {
        let result = load::read(&batch.results, at);
        if let Some(shelved) = self.shelf.get(number) {
            // Most requests with one key read it once, and have no use for the shelf.
            let before = shelved.last.load(Ordering::Relaxed);
            shelved.last.store(at, Ordering::Relaxed);
            if before != NOWHERE || batch.keys.len() > 1 {
                let _ = shelved.batch.set(batch);
            }
        }
        result
    }
}

/// What the session needs of a table, whatever its fact. As it is compiled anew for each fact, there
/// is no more to it than what needs the fact's type.
pub trait AnyTable<P>: Send + Sync {
    /// Where it notes that a load is over; `None` if the fact was never asked for.
    #[doc(hidden)]
    fn landed(&self) -> Option<&Hint>;

    /// Begins a load of every open batch; gives the first of all loads.
    #[doc(hidden)]
    fn launch(&self, sources: &StdArc<P>, drivers: Drivers<'_>) -> Option<LoadHandle>;

    /// Runs `run` under the lock, if the fact was ever asked for.
    #[doc(hidden)]
    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>));
}

/// Who can drive a load, opaque to the outside.
#[derive(Clone, Copy)]
pub struct Drivers<'r>(&'r Arc<Roster>);
/// A load, opaque to the outside.
pub struct LoadHandle(Flying);
/// What a table's core has that knows no key, opaque to the outside.
pub struct LedgerHandle<'l>(&'l mut Ledger<Arc<Seat>, Load>);

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn landed(&self) -> Option<&Hint> {
        Some(&self.entries()?.landed)
    }

    fn launch(&self, sources: &StdArc<P>, Drivers(roster): Drivers<'_>) -> Option<LoadHandle> {
        // The lock is held from the taking to the flying: an abandoned batch has a load to cancel.
        let mut core = self.entries()?.core.lock();
        while let Some((id, asked)) = core.take_open() {
            let load = Box::pin(load::load(StdArc::clone(sources), asked));
            core.ledger.fly(id, Flight::new(load, Arc::clone(roster)));
        }
        core.ledger.flight_behind(None).map(LoadHandle)
    }

    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>)) {
        if let Some(entries) = self.entries() {
            run(LedgerHandle(&mut entries.core.lock().ledger));
        }
    }
}

impl<P> dyn AnyTable<P> + '_ {
    /// Begins every load that waits for somebody to begin it, and drives every load in flight as
    /// far as it goes.
    #[inline]
    pub(super) fn drive(&self, sources: &StdArc<P>, roster: &Arc<Roster>) {
        if let Some(landed) = self.landed() {
            self.drive_all(landed, sources, roster);
        }
    }

    fn drive_all(&self, landed: &Hint, sources: &StdArc<P>, roster: &Arc<Roster>) {
        let mut next = self.launch(sources, Drivers(roster));
        while let Some(LoadHandle((id, load))) = next {
            // A load that panicked has left no results, which says so.
            let is_over = load.drive().is_some();
            if is_over {
                landed.store(1, Ordering::Relaxed);
            }
            next = self.behind(id, is_over);
        }
    }

    /// The load behind that of a batch. If that one is over, those who wait for it are answered.
    fn behind(&self, id: BatchId, is_over: bool) -> Option<LoadHandle> {
        let (mut next, mut waiters) = (None, Waiters::new());
        self.locked(&mut |LedgerHandle(ledger)| {
            if is_over {
                waiters = ledger.finish(id);
                // Not dropped here, under the lock: whoever drives it has it too.
                ledger.ground(id);
            }
            next = ledger.flight_behind(Some(id));
        });
        for waiter in waiters {
            waiter.answer();
        }
        next.map(LoadHandle)
    }

    /// One evaluation no longer waits for a batch of this table.
    pub(super) fn abandon(&self, id: BatchId, waiting: &Waiting) {
        let mut cancelled = None;
        self.locked(&mut |LedgerHandle(ledger)| {
            if ledger.leave(id, &|waiter| waiting.is_at(waiter)) {
                cancelled = ledger.ground(id);
            }
        });
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
