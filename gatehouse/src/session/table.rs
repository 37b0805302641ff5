//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::any::TypeId;
use std::sync::Arc as StdArc;

use super::core::{BatchId, Core, Registered};
use super::flight::{BoxFuture, Flight};
use super::index::Hashed;
use super::ledger::Ledger;
use super::load::{self, Results};
use super::round::Round;
use super::seat::{Roster, Seat};
use super::sync::{Arc, HashState, Mutex};
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
}

/// The batches that were taken, and their loads.
#[derive(Default)]
pub struct Flights(Mutex<Vec<(BatchId, Arc<Flight<()>>)>>);

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
        }
    }

    /// The key with its hash: user code, and so done before any lock is taken.
    pub(crate) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if it is known. The value is cloned outside the lock.
    pub(crate) fn read(&self, key: &Hashed<K>) -> Option<FactResult<K::Value>> {
        let (results, at) = self.core.lock().peek_cache(key)?;
        Some(results.read(at))
    }

    /// Asks for `key` in `round`, unless it is known.
    pub(crate) fn ask<P: Sources>(&self, key: Hashed<K>, sources: &P, round: &mut Round<P>)
    where
        K: Stored<P>,
    {
        let limit = K::source(sources).max_batch_size();
        let copy = key.key().clone();
        let fact = TypeId::of::<K>();
        let mut wait = |batch| round.wait_for(fact, |tables| K::table(tables), batch);
        let registered = self.core.lock().try_register(key, copy, limit, &mut wait);
        if registered == Registered::Closed {
            round.find_replaced();
        }
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
        let (id, keys, results) = self.core.lock().take_open()?;
        Some((BatchHandle(id), Box::pin(load::load(StdArc::clone(sources), keys, results))))
    }

    fn leave(&self, batch: BatchHandle, seat: &SeatHandle) -> bool {
        self.core.lock().leave(batch.0, &|waiter| Arc::ptr_eq(waiter, &seat.0))
    }

    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>)) {
        run(LedgerHandle(&mut self.core.lock().ledger));
    }
}

impl<P> dyn AnyTable<P> + '_ {
    /// Begins every load that waits for somebody to begin it, and drives every load in flight as
    /// far as it goes.
    pub(super) fn drive(&self, sources: &StdArc<P>, roster: &Arc<Roster>) {
        for (id, flight) in self.launch(sources, roster) {
            // A load that panicked has left no results, which says so.
            if flight.drive().is_some() {
                self.land(id);
            }
        }
    }

    /// Makes a flight of every open batch; gives all flights.
    fn launch(&self, sources: &StdArc<P>, roster: &Arc<Roster>) -> Vec<(BatchId, Arc<Flight<()>>)> {
        let mut flights = self.flights().0.lock();
        while let Some((id, future)) = self.take_open(sources) {
            flights.push((id.0, Arc::new(Flight::new(future, Arc::clone(roster)))));
        }
        flights.clone()
    }

    /// A load is over.
    fn land(&self, id: BatchId) {
        self.flights().0.lock().retain(|(flying, _)| *flying != id);
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
            let mut flights = self.flights().0.lock();
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
