//! One fact type's table: the synchronous core under its lock, and the loads in flight for it.

use std::sync::Arc as StdArc;

use super::core::{BatchId, Core, Hashed, Registered};
use super::flight::{Flight, Landing};
use super::load;
use super::round::Round;
use super::seat::{Roster, Seat};
use super::sync::{Arc, HashState, Mutex};
use crate::fact::{FactError, FactKey, FactResult};
use crate::private::Stored;
use crate::source::{FactSource, Sources};

/// Everything that a session knows of one fact, and asks its source for.
///
/// Lock order: `flights`, then `core`, then a seat. No user code but `Eq` of a key runs under any of
/// them.
pub struct Table<K: FactKey> {
    core: Mutex<Core<K, Answer<K::Value>, Arc<Seat>>>,
    flights: Mutex<Vec<FlightOf<K>>>,
    hash_state: HashState,
}

/// A batch that was taken, and its load.
type FlightOf<K> = (BatchId, Arc<Flight<Vec<FactResult<<K as FactKey>::Value>>>>);

/// One key's result. Cloning it runs no user code, so it may be done under the lock.
pub(super) enum Answer<V> {
    /// Its place in what the batch's load gave.
    Loaded(StdArc<[FactResult<V>]>, usize),
    /// The whole load failed.
    Failed(FactError),
}

impl<V> Clone for Answer<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Loaded(results, at) => Self::Loaded(StdArc::clone(results), *at),
            Self::Failed(error) => Self::Failed(error.clone()),
        }
    }
}

impl<V: Clone> Answer<V> {
    fn read(&self) -> FactResult<V> {
        match self {
            Self::Loaded(results, at) => results[*at].clone(),
            Self::Failed(error) => Err(error.clone()),
        }
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
    pub fn new() -> Self {
        Self {
            core: Mutex::new(Core::default()),
            flights: Mutex::new(Vec::new()),
            hash_state: HashState::default(),
        }
    }

    /// The key with its hash: user code, and so done before any lock is taken.
    pub(crate) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if it is known. The value is cloned outside the lock.
    pub(crate) fn read(&self, key: &Hashed<K>) -> Option<FactResult<K::Value>> {
        let answer = self.core.lock().peek_cache(key);
        Some(answer?.read())
    }

    /// Asks for `key` in `round`, unless it is known.
    pub(crate) fn ask<P: Sources>(&self, key: Hashed<K>, sources: &P, round: &mut Round<P>)
    where
        K: Stored<P>,
    {
        let limit = K::source(sources).max_batch_size();
        let copy = key.key().clone();
        let registered =
            self.core.lock().try_register(key, copy, limit, |batch| round.wait_for::<K>(batch));
        match registered {
            Registered::Closed => round.find_replaced(),
            Registered::Cached(_) | Registered::Leading(_) | Registered::Joined(_) => {}
        }
    }

    /// Makes a flight of every open batch; gives all flights.
    fn launch<P: Sources>(&self, sources: &StdArc<P>, roster: &RosterHandle) -> Vec<FlightOf<K>>
    where
        K: Stored<P>,
    {
        let mut flights = self.flights.lock();
        while let Some((id, keys)) = self.core.lock().take_open() {
            let future = Box::pin(load::load(StdArc::clone(sources), keys));
            flights.push((id, Arc::new(Flight::new(future, Arc::clone(&roster.0)))));
        }
        flights.clone()
    }

    fn land(&self, id: BatchId, landing: Landing<Vec<FactResult<K::Value>>>) {
        self.flights.lock().retain(|(flying, _)| *flying != id);
        let waiters = match landing {
            Ok(results) => {
                let results: StdArc<[_]> = results.into();
                self.core.lock().finish(id, |i| Answer::Loaded(StdArc::clone(&results), i))
            }
            Err(_panic) => {
                let error = FactError::panicked();
                self.core.lock().finish(id, |_| Answer::Failed(error.clone()))
            }
        };
        for waiter in waiters {
            waiter.answer();
        }
    }
}

/// What the session needs of a table, whatever its fact.
pub trait AnyTable<P>: Send + Sync {
    /// Begins every load that waits for somebody to begin it, and drives every load in flight as
    /// far as it goes.
    #[doc(hidden)]
    fn drive(&self, sources: &StdArc<P>, roster: &RosterHandle);

    /// One evaluation no longer waits for a batch of this table.
    #[doc(hidden)]
    fn leave(&self, batch: BatchHandle, seat: &SeatHandle);

    /// Closes the table if it has no load in flight; says whether it is closed.
    #[doc(hidden)]
    fn close_if_idle(&self) -> bool;

    /// Opens a closed table again.
    #[doc(hidden)]
    fn reopen(&self);
}

/// A session's roster, opaque to the outside.
pub struct RosterHandle(pub(super) Arc<Roster>);
/// A batch's name, opaque to the outside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BatchHandle(pub(super) BatchId);
/// An evaluation's seat, opaque to the outside.
pub struct SeatHandle(pub(super) Arc<Seat>);

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn drive(&self, sources: &StdArc<P>, roster: &RosterHandle) {
        for (id, flight) in self.launch(sources, roster) {
            if let Some(landing) = flight.drive() {
                self.land(id, landing);
            }
        }
    }

    fn leave(&self, batch: BatchHandle, seat: &SeatHandle) {
        let cancelled = {
            // Both locks at once: otherwise the batch could be launched between its abandonment
            // and the search for its flight.
            let mut flights = self.flights.lock();
            let abandoned = self.core.lock().leave(batch.0, |waiter| Arc::ptr_eq(waiter, &seat.0));
            let at = flights.iter().position(|(id, _)| abandoned && *id == batch.0);
            at.map(|at| flights.remove(at).1)
        };
        if let Some(flight) = cancelled {
            flight.cancel();
        }
    }

    fn close_if_idle(&self) -> bool {
        self.core.lock().close_if_idle()
    }

    fn reopen(&self) {
        self.core.lock().reopen();
    }
}
