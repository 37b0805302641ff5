//! The part of the core that needs no key type: which keys are known or being loaded, by their slots.
//!
//! [`core`](super::core) has the terms and the guarantees.

use smallvec::SmallVec;

use crate::collections::{Index, make_small_room};

/// Names a batch of one core, for as long as the core lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BatchId {
    /// The number of batches that were opened before it.
    serial: u64,
    /// Its place among the batches. A later batch may reuse the number of an abandoned one.
    number: u32,
}

impl BatchId {
    /// Its place among the batches.
    pub(super) fn number(self) -> usize {
        self.number as usize
    }
}

/// The batch that a key is in, and the key's position there. A key keeps its slot for good; when it is
/// asked for again after its batch was abandoned, it moves into another batch.
#[derive(Clone, Copy, Debug)]
struct KeyPosition {
    batch: u32,
    at: u32,
}

/// The most keys of a batch, whatever the limit of its source.
const MAX_KEYS: usize = u32::MAX as usize;

/// The state of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its load has not begun: more keys may be added.
    Open,
    /// Its keys are being loaded.
    Loading,
    /// Its keys are known.
    Finished,
    /// It was given up: its keys count as never asked for.
    Abandoned,
}

/// Keys that are loaded by one call.
#[derive(Debug)]
struct Batch<F> {
    serial: u64,
    state: State,
    keys: usize,
    /// The number of its keys that have not moved into another batch.
    live_keys: usize,
    waiters: usize,
    /// The load, until the batch is over.
    load: Option<F>,
}

/// An asker: an evaluation that asks for a key.
pub(crate) trait Asker<F> {
    /// Makes the load of a new batch.
    fn open(&mut self, batch: BatchId) -> F;

    /// Becomes a waiter of a batch; `false` if it is one already.
    fn join(&mut self, batch: BatchId, load: &F) -> bool;
}

/// The outcome of asking for a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// The result is known; the key has this slot.
    Cached(usize),
    /// The key is new and was added to this batch, whose load the asker must begin.
    Leading(BatchId),
    /// The key is in this batch already: another asker came first.
    Joined(BatchId),
    /// The core is closed: its session has new sources.
    Closed,
}

/// The outcome of telling the value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The key has the value that was told.
    Noted,
    /// The key is known or being loaded; nothing is changed.
    Known,
    /// The core is closed: its session has new sources.
    Closed,
}

/// One fact type's slots and batches; see the [module](self).
#[derive(Debug)]
pub(crate) struct Batches<F> {
    pub(super) index: Index,
    /// The position of each key that was ever asked for.
    slots: SmallVec<[KeyPosition; 1]>,
    /// The batches, by their numbers.
    by_number: SmallVec<[Batch<F>; 1]>,
    /// The number of batches that were ever opened.
    opened: u64,
    /// The number of the batch that new keys are added to.
    open: Option<u32>,
    /// The numbers of abandoned batches without live keys, to be reused.
    free_numbers: Vec<u32>,
    /// The number of batches that are open or loading.
    in_flight: usize,
    closed: bool,
    /// An estimate of how many more keys will be asked for soon.
    pub(super) expected: usize,
}

impl<F> Default for Batches<F> {
    #[inline]
    fn default() -> Self {
        Self {
            index: Index::default(),
            slots: SmallVec::new(),
            by_number: SmallVec::new(),
            opened: 0,
            open: None,
            free_numbers: Vec::new(),
            in_flight: 0,
            closed: false,
            expected: 0,
        }
    }
}

impl<F> Batches<F> {
    /// The number of the batch that the key of `slot` is in, and its position there.
    pub(super) fn position(&self, slot: usize) -> (usize, usize) {
        let KeyPosition { batch, at } = self.slots[slot];
        (batch as usize, at as usize)
    }

    /// The [position](Self::position) of the key of `slot`, if its result is known.
    pub(super) fn known(&self, slot: usize) -> Option<(usize, usize)> {
        let (batch, at) = self.position(slot);
        (self.by_number[batch].state == State::Finished).then_some((batch, at))
    }

    /// The number of keys of a batch.
    pub(super) fn keys(&self, batch: usize) -> usize {
        self.by_number[batch].keys
    }

    /// Registers an asker for the key with this hash; `found` is its slot, if it was ever asked for.
    pub(super) fn register(
        &mut self,
        hash: u64,
        found: Option<usize>,
        limit: usize,
        asker: &mut dyn Asker<F>,
    ) -> Registered {
        if self.closed {
            return Registered::Closed;
        }
        if let Some(slot) = found {
            let id = self.id(self.slots[slot].batch);
            match self.by_number[id.number()].state {
                State::Finished => return Registered::Cached(slot),
                State::Open | State::Loading => {
                    self.join(id, asker);
                    return Registered::Joined(id);
                }
                State::Abandoned => {}
            }
        }
        let id = self.open_batch(limit, asker);
        self.join(id, asker);
        let batch = &mut self.by_number[id.number()];
        // No batch has more than `MAX_KEYS`.
        let at = u32::try_from(batch.keys).unwrap_or(u32::MAX);
        batch.keys += 1;
        batch.live_keys += 1;
        self.assign(hash, found, KeyPosition { batch: id.number, at });
        Registered::Leading(id)
    }

    /// Makes a finished batch of one key, with this hash, that is neither known nor being loaded; `found` is
    /// its slot, if it was ever asked for.
    pub(super) fn insert_finished(
        &mut self,
        hash: u64,
        found: Option<usize>,
    ) -> Result<BatchId, Told> {
        if self.closed {
            return Err(Told::Closed);
        }
        if let Some(slot) = found {
            let (batch, _) = self.position(slot);
            if self.by_number[batch].state != State::Abandoned {
                return Err(Told::Known);
            }
        }
        let id = self.add_batch(State::Finished, |_| None);
        self.by_number[id.number()].keys = 1;
        self.by_number[id.number()].live_keys = 1;
        self.assign(hash, found, KeyPosition { batch: id.number, at: 0 });
        Ok(id)
    }

    /// Adds the asker to the waiters of a batch in flight, unless it is one of them.
    fn join(&mut self, id: BatchId, asker: &mut dyn Asker<F>) {
        let batch = &mut self.by_number[id.number()];
        if let Some(load) = &batch.load {
            batch.waiters += usize::from(asker.join(id, load));
        }
    }

    /// Gives a key its position, and a slot if it has none.
    fn assign(&mut self, hash: u64, found: Option<usize>, position: KeyPosition) {
        if let Some(slot) = found {
            let was = std::mem::replace(&mut self.slots[slot], position);
            self.release_key(was.batch);
        } else {
            self.index.insert(hash, self.slots.len(), self.expected);
            make_small_room(&mut self.slots, self.expected).push(position);
        }
    }

    /// A key of an abandoned batch has moved into another one.
    fn release_key(&mut self, number: u32) {
        let batch = &mut self.by_number[number as usize];
        batch.live_keys -= 1;
        if batch.live_keys == 0 {
            self.free_numbers.push(number);
        }
    }

    fn id(&self, number: u32) -> BatchId {
        BatchId { number, serial: self.by_number[number as usize].serial }
    }

    /// The batch, if it is open or loading.
    fn in_flight(&mut self, id: BatchId) -> Option<&mut Batch<F>> {
        let batch = self.by_number.get_mut(id.number())?;
        let is_in_flight =
            matches!(batch.state, State::Open | State::Loading) && batch.serial == id.serial;
        is_in_flight.then_some(batch)
    }

    /// The batch that the next new key is added to, opened if there is none with room.
    fn open_batch(&mut self, limit: usize, asker: &mut dyn Asker<F>) -> BatchId {
        if let Some(open) = self.open
            && self.keys(open as usize) < limit.min(MAX_KEYS)
        {
            return self.id(open);
        }
        let id = self.add_batch(State::Open, |id| Some(asker.open(id)));
        self.in_flight += 1;
        self.open = Some(id.number);
        id
    }

    /// Adds a batch without keys, which takes the number of an abandoned one if there is one.
    fn add_batch(&mut self, state: State, load: impl FnOnce(BatchId) -> Option<F>) -> BatchId {
        let number = self.free_numbers.pop().unwrap_or_else(|| {
            u32::try_from(self.by_number.len()).expect("a session has less than 2^32 batches")
        });
        let id = BatchId { number, serial: self.opened };
        let (serial, load) = (id.serial, load(id));
        let batch = Batch { serial, state, keys: 0, live_keys: 0, waiters: 0, load };
        match self.by_number.get_mut(id.number()) {
            Some(abandoned) => *abandoned = batch,
            None => self.by_number.push(batch),
        }
        self.opened += 1;
        id
    }

    /// Marks a batch as loading, if it is open; says whether it was.
    pub(super) fn begin_loading(&mut self, id: BatchId) -> bool {
        let Some(batch) = self.in_flight(id) else { return false };
        let was = std::mem::replace(&mut batch.state, State::Loading);
        self.seal(id);
        was == State::Open
    }

    /// Adds no more keys to a batch.
    fn seal(&mut self, id: BatchId) {
        if self.open == Some(id.number) {
            self.open = None;
        }
    }

    /// Whether the batch is open or loading.
    pub(super) fn is_in_flight(&mut self, id: BatchId) -> bool {
        self.in_flight(id).is_some()
    }

    /// The results of a batch are there: its keys are known. Returns its load, which answers the
    /// waiters outside the lock. Nothing happens to a batch that was abandoned.
    pub(crate) fn finish(&mut self, id: BatchId) -> Option<F> {
        self.close(id, State::Finished)
    }

    /// Gives up a batch: nothing is cached, and its waiters must register again. Returns its load, to be
    /// cancelled outside the lock.
    pub(crate) fn abandon(&mut self, id: BatchId) -> Option<F> {
        self.close(id, State::Abandoned)
    }

    fn close(&mut self, id: BatchId, state: State) -> Option<F> {
        let batch = self.in_flight(id)?;
        batch.state = state;
        let load = batch.load.take();
        self.in_flight -= 1;
        self.seal(id);
        load
    }

    /// Removes a waiter of a batch; abandons the batch if it was the last one.
    pub(crate) fn remove_waiter(&mut self, id: BatchId) -> Option<F> {
        let batch = self.in_flight(id)?;
        batch.waiters -= 1;
        if batch.waiters > 0 {
            return None;
        }
        self.abandon(id)
    }

    /// The load of a batch in flight.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn load(&self, id: BatchId) -> Option<&F> {
        self.by_number.get(id.number())?.load.as_ref()
    }

    /// Whether no batch is open or loading.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    /// Closes the core if nothing is in flight, so that no load can begin; says whether it is closed.
    pub(crate) fn close_if_idle(&mut self) -> bool {
        self.closed = self.closed || self.is_idle();
        self.closed
    }

    /// Opens a closed core again: another table of the session had a load in flight.
    pub(crate) fn reopen(&mut self) {
        self.closed = false;
    }
}
