//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use smallvec::SmallVec;

use super::core::{BatchId, Core, Known, Registered};
use super::flight::{BoxFuture, Flight};
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
    /// Made under the lock of the generation, see [`Generation::closed`](super::Generation).
    entries: OnceLock<Box<Entries<K>>>,
}

/// A table, once its fact was asked for.
///
/// Lock order: `flights`, then `core`, then a seat. No user code but `Eq` of a key runs under any of
/// them.
struct Entries<K: FactKey> {
    core: Mutex<Core<K, Results<K::Value>, Arc<Seat>>>,
    flights: Flights,
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

/// A batch that was taken, and its load.
type Flying = (BatchId, StdArc<Flight<()>>);

/// The batches that were taken, and their loads.
#[derive(Default)]
pub struct Flights {
    flying: Mutex<SmallVec<[Flying; 1]>>,
    /// Not zero once a load is over. Noted before its batch is finished: who finds that a key is known
    /// finds this too.
    landed: Hint,
}

impl Flights {
    /// The flight behind that of `id`, which is taken out if it is over. They stand in the order of their
    /// batches.
    fn behind(&self, id: BatchId, is_over: bool) -> Option<Flying> {
        let mut flying = self.flying.lock();
        let at = flying.partition_point(|(flying, _)| *flying < id);
        // An abandoned batch has left its place to the one behind it.
        let is_there = flying.get(at).is_some_and(|(flying, _)| *flying == id);
        if is_there && is_over {
            flying.remove(at);
        }
        flying.get(at + usize::from(is_there && !is_over)).cloned()
    }
}

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
            flights: Flights::default(),
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
        self.flights.landed.load(Ordering::Relaxed) == 0
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
    /// The loads in flight; `None` if the fact was never asked for.
    #[doc(hidden)]
    fn flights(&self) -> Option<&Flights>;

    /// Takes the oldest open batch, and makes its load; says whether another one is open.
    #[doc(hidden)]
    fn take_open(&self, sources: &StdArc<P>) -> Option<(BatchHandle, BoxFuture<()>, bool)>;

    /// Runs `run` under the lock, if the fact was ever asked for.
    #[doc(hidden)]
    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>));
}

/// A batch's name, opaque to the outside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BatchHandle(pub(super) BatchId);
/// What a table's core has that knows no key, opaque to the outside.
pub struct LedgerHandle<'l>(&'l mut Ledger<Arc<Seat>>);

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn flights(&self) -> Option<&Flights> {
        Some(&self.entries()?.flights)
    }

    fn take_open(&self, sources: &StdArc<P>) -> Option<(BatchHandle, BoxFuture<()>, bool)> {
        let mut core = self.entries()?.core.lock();
        let (id, asked) = core.take_open()?;
        let is_another_open = core.ledger.waiting() > 0;
        drop(core);
        let load = Box::pin(load::load(StdArc::clone(sources), asked));
        Some((BatchHandle(id), load, is_another_open))
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
        if let Some(flights) = self.flights() {
            self.drive_all(flights, sources, roster);
        }
    }

    fn drive_all(&self, flights: &Flights, sources: &StdArc<P>, roster: &Arc<Roster>) {
        let mut next = self.launch(flights, sources, roster);
        while let Some((id, flight)) = next {
            // A load that panicked has left no results, which says so.
            let is_over = flight.drive().is_some();
            next = flights.behind(id, is_over);
            if is_over {
                self.land(flights, id);
            }
        }
    }

    /// Makes a flight of every open batch; gives the first flight of all.
    fn launch(
        &self,
        flights: &Flights,
        sources: &StdArc<P>,
        roster: &Arc<Roster>,
    ) -> Option<Flying> {
        let mut flying = flights.flying.lock();
        while let Some((id, future, is_another_open)) = self.take_open(sources) {
            flying.push((id.0, Flight::new(future, Arc::clone(roster))));
            if !is_another_open {
                break;
            }
        }
        flying.first().cloned()
    }

    /// A load is over.
    fn land(&self, flights: &Flights, id: BatchId) {
        flights.landed.store(1, Ordering::Relaxed);
        let mut waiters = Waiters::new();
        self.locked(&mut |ledger| waiters = ledger.0.finish(id));
        for waiter in waiters {
            waiter.answer();
        }
    }

    /// One evaluation no longer waits for a batch of this table.
    pub(super) fn abandon(&self, batch: BatchHandle, waiting: &Waiting) {
        let Some(flights) = self.flights() else { return };
        let cancelled = {
            // Both locks at once: otherwise the batch could be launched between its abandonment
            // and the search for its flight.
            let mut flying = flights.flying.lock();
            let mut abandoned = false;
            let is_leaving = |waiter: &Arc<Seat>| waiting.is_at(waiter);
            self.locked(&mut |ledger| abandoned = ledger.0.leave(batch.0, &is_leaving));
            let at = flying.iter().position(|(id, _)| abandoned && *id == batch.0);
            at.map(|at| flying.remove(at).1)
        };
        if let Some(flight) = cancelled {
            flight.cancel();
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
