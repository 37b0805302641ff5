//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::core::{BatchId, Core, Known, Registered};
use super::flight::{BoxFuture, Flight};
use super::index::Hashed;
use super::ledger::Ledger;
use super::load::{self, Asked, Results};
use super::round::Round;
use super::seat::{Roster, Seat};
use super::sync::{Arc, HashState, Hint, Mutex, OnceLock, Ordering};
use crate::fact::{FactKey, FactResult};
use crate::private::Stored;
use crate::source::{FactSource, Sources};

/// Everything that a session knows of one fact, and asks its source for.
///
/// Lock order: `flights`, then `core`, then a seat. No user code but `Eq` of a key runs under any of
/// them.
pub struct Table<K: FactKey> {
    core: Mutex<Core<K, Results<K::Value>, Arc<Seat>>>,
    flights: Flights,
    hash_state: HashState,
    shelf: [Shelved<K>; SHELF],
}

/// How many batches can be read without a lock: the first of a session, which has few.
const SHELF: usize = 4;

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
        Self { batch: OnceLock::new(), last: Hint::new(usize::MAX) }
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
type Flying = (BatchId, Arc<Flight<()>>);

/// The batches that were taken, and their loads.
#[derive(Default)]
pub struct Flights {
    flying: Mutex<Vec<Flying>>,
    /// Not zero once a load is over. Noted before its batch is finished: who finds that a key is known
    /// finds this too.
    landed: Hint,
}

impl<K: FactKey> Default for Table<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> Table<K> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
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

    /// The result of `key`, if it is known. The value is cloned outside the lock.
    #[inline]
    pub(crate) fn read(&self, key: K) -> Option<FactResult<K::Value>> {
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
            shelved.last.store(at, Ordering::Relaxed);
            let _ = shelved.batch.set(batch);
        }
        result
    }
}

/// What the session needs of a table, whatever its fact. As it is compiled anew for each fact, there
/// is no more to it than what needs the fact's type.
pub trait AnyTable<P>: Send + Sync {
    /// The loads in flight.
    #[doc(hidden)]
    fn flights(&self) -> &Flights;

    /// Takes the oldest open batch, and makes its load.
    #[doc(hidden)]
    fn take_open(&self, sources: &StdArc<P>) -> Option<(BatchHandle, BoxFuture<()>)>;

    /// One evaluation no longer waits for a batch; says whether the batch is abandoned by that.
    #[doc(hidden)]
    fn leave(&self, batch: BatchHandle, seat: &SeatHandle) -> bool;

    /// Runs `run` under the lock.
    #[doc(hidden)]
    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>));
}

/// A batch's name, opaque to the outside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BatchHandle(pub(super) BatchId);
/// An evaluation's seat, opaque to the outside.
pub struct SeatHandle(pub(super) Arc<Seat>);
/// What a table's core has that knows no key, opaque to the outside.
pub struct LedgerHandle<'l>(&'l mut Ledger<Arc<Seat>>);

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn flights(&self) -> &Flights {
        &self.flights
    }

    fn take_open(&self, sources: &StdArc<P>) -> Option<(BatchHandle, BoxFuture<()>)> {
        let (id, asked) = self.core.lock().take_open()?;
        Some((BatchHandle(id), Box::pin(load::load(StdArc::clone(sources), asked))))
    }

    fn leave(&self, batch: BatchHandle, seat: &SeatHandle) -> bool {
        self.core.lock().ledger.leave(batch.0, &|waiter| Arc::ptr_eq(waiter, &seat.0))
    }

    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>)) {
        run(LedgerHandle(&mut self.core.lock().ledger));
    }
}

impl<P> dyn AnyTable<P> + '_ {
    /// Begins every load that waits for somebody to begin it, and drives every load in flight as
    /// far as it goes.
    pub(super) fn drive(&self, sources: &StdArc<P>, roster: &Arc<Roster>) {
        let mut next = self.launch(sources, roster);
        while let Some((id, flight)) = next {
            // A load that panicked has left no results, which says so.
            if flight.drive().is_some() {
                self.land(id);
            }
            next = self.behind(id);
        }
    }

    /// Makes a flight of every open batch; gives the first flight of all.
    fn launch(&self, sources: &StdArc<P>, roster: &Arc<Roster>) -> Option<Flying> {
        let mut flights = self.flights().flying.lock();
        while let Some((id, future)) = self.take_open(sources) {
            flights.push((id.0, Arc::new(Flight::new(future, Arc::clone(roster)))));
        }
        flights.first().cloned()
    }

    /// The flight behind that of `id`. They stand in the order of their batches.
    fn behind(&self, id: BatchId) -> Option<Flying> {
        let flights = self.flights().flying.lock();
        let at = flights.partition_point(|(flying, _)| *flying <= id);
        flights.get(at).cloned()
    }

    /// A load is over.
    fn land(&self, id: BatchId) {
        self.flights().flying.lock().retain(|(flying, _)| *flying != id);
        self.flights().landed.store(1, Ordering::Relaxed);
        let mut waiters = Vec::new();
        self.locked(&mut |ledger| waiters = ledger.0.finish(id));
        for waiter in waiters {
            waiter.answer();
        }
    }

    /// One evaluation no longer waits for a batch of this table.
    pub(super) fn abandon(&self, batch: BatchHandle, seat: &SeatHandle) {
        let cancelled = {
            // Both locks at once: otherwise the batch could be launched between its abandonment
            // and the search for its flight.
            let mut flights = self.flights().flying.lock();
            let abandoned = self.leave(batch, seat);
            let at = flights.iter().position(|(id, _)| abandoned && *id == batch.0);
            at.map(|at| flights.remove(at).1)
        };
        if let Some(flight) = cancelled {
            flight.cancel();
        }
    }

    /// Closes the table if it has no load in flight; says whether it is closed.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut closed = false;
        self.locked(&mut |ledger| closed = ledger.0.close_if_idle());
        closed
    }

    /// Opens a closed table again.
    pub(super) fn reopen(&self) {
        self.locked(&mut |ledger| ledger.0.reopen());
    }
}
