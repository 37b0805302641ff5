//! What the core does that needs no key: which keys are known or on their way, by their numbers.
//!
//! It is compiled once, and not anew for each fact of a user's; see [`core`](super::core) for what it
//! means and what it guarantees.

use std::collections::VecDeque;

use smallvec::SmallVec;

use super::index::{Index, make_small_room};

/// Names a batch of one core, for as long as the core lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BatchId {
    /// How many batches were there before it. It comes first: batches stand in the order of their ids.
    serial: u64,
    /// Its number. One that was abandoned may leave it to another.
    number: u32,
}

impl BatchId {
    /// Where what is known of it stands.
    pub(super) fn number(self) -> usize {
        self.number as usize
    }
}

/// Where a key is: in the batch of this number, at this place. Keys have slots, which they keep; a key
/// whose batch was abandoned comes into another one when it is asked for again.
#[derive(Clone, Copy, Debug)]
struct Place {
    batch: u32,
    at: u32,
}

/// The most keys of a batch, whatever its source takes.
const MOST_KEYS: usize = u32::MAX as usize;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody took it: more keys may come.
    Open,
    /// Somebody loads it.
    Taken,
    /// Its keys are known.
    Finished,
    /// Its keys are as good as never asked for.
    Abandoned,
}

/// Who waits for a batch. Most requests have one evaluation, and a room for one costs no allocation;
/// nor does it below, where most requests ask for one key at a time.
pub(crate) type Waiters<W> = SmallVec<[W; 1]>;

/// Keys that are loaded by one call.
#[derive(Debug)]
struct Batch<W> {
    serial: u64,
    state: State,
    /// How many keys it has, and how many of them have come into no other one since.
    keys: usize,
    left: usize,
    /// Who waits, in the order in which they came.
    waiters: Waiters<W>,
}

/// What became of a key that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// The result is known. This is the key's slot.
    Cached(usize),
    /// The key is new: it went into this batch, which somebody must take and load.
    Leading(BatchId),
    /// Somebody asked for it before: it is in this batch already.
    Joined(BatchId),
    /// The core is closed: its session has new sources.
    Closed,
}

/// One fact type's slots and batches; see the [module](self).
#[derive(Debug)]
pub(crate) struct Ledger<W, F> {
    pub(super) index: Index,
    /// Where each key is that was ever asked for.
    slots: SmallVec<[Place; 1]>,
    /// The batches by their numbers.
    batches: SmallVec<[Batch<W>; 1]>,
    /// How many batches there were.
    count: u64,
    /// The numbers of those that are open: the last, and the others, oldest first.
    last: Option<u32>,
    open: VecDeque<u32>,
    /// The numbers of abandoned ones that no key is in any more.
    unused: Vec<u32>,
    /// How many are open or taken.
    in_flight: usize,
    /// What loads those that are taken, oldest first.
    flights: SmallVec<[(BatchId, F); 1]>,
    closed: bool,
    /// How many more keys may be asked for soon. It is a guess.
    pub(super) expected: usize,
}

impl<W, F> Default for Ledger<W, F> {
    #[inline]
    fn default() -> Self {
        Self {
            index: Index::default(),
            slots: SmallVec::new(),
            batches: SmallVec::new(),
            count: 0,
            last: None,
            open: VecDeque::new(),
            unused: Vec::new(),
            in_flight: 0,
            flights: SmallVec::new(),
            closed: false,
            expected: 0,
        }
    }
}

impl<W, F> Ledger<W, F> {
    /// The number of the batch that the key of `slot` is in, and its place there.
    pub(super) fn place(&self, slot: usize) -> (usize, usize) {
        let Place { batch, at } = self.slots[slot];
        (batch as usize, at as usize)
    }

    /// The same, if its result is known.
    pub(super) fn known(&self, slot: usize) -> Option<(usize, usize)> {
        let (batch, at) = self.place(slot);
        (self.batches[batch].state == State::Finished).then_some((batch, at))
    }

    /// How many keys the batch of this number has.
    pub(super) fn keys(&self, batch: usize) -> usize {
        self.batches[batch].keys
    }

    /// Asks for the key that has this hash, and this slot if it was ever asked for.
    pub(super) fn register(
        &mut self,
        hash: u64,
        found: Option<usize>,
        limit: usize,
        make_waiter: &mut dyn FnMut(BatchId) -> Option<W>,
    ) -> Registered {
        if self.closed {
            return Registered::Closed;
        }
        if let Some(slot) = found {
            let id = self.id(self.slots[slot].batch);
            match self.batches[id.number()].state {
                State::Finished => return Registered::Cached(slot),
                State::Open | State::Taken => {
                    self.batches[id.number()].waiters.extend(make_waiter(id));
                    return Registered::Joined(id);
                }
                State::Abandoned => {}
            }
        }
        let number = self.open_batch(limit);
        let batch = &mut self.batches[number as usize];
        let id = BatchId { number, serial: batch.serial };
        if let Some(waiter) = make_waiter(id) {
            batch.waiters.push(waiter);
        }
        // No batch has more than `MOST_KEYS`.
        let at = u32::try_from(batch.keys).unwrap_or(u32::MAX);
        batch.keys += 1;
        batch.left += 1;
        self.put(hash, found, Place { batch: number, at });
        Registered::Leading(id)
    }

    /// A key comes into a batch, and gets a slot unless it has one.
    fn put(&mut self, hash: u64, found: Option<usize>, place: Place) {
        if let Some(slot) = found {
            let was = std::mem::replace(&mut self.slots[slot], place);
            self.leave_behind(was.batch);
        } else {
            self.index.put(hash, self.slots.len(), self.expected);
            make_small_room(&mut self.slots, self.expected).push(place);
        }
    }

    /// A key of an abandoned batch came into another one.
    fn leave_behind(&mut self, number: u32) {
        let batch = &mut self.batches[number as usize];
        batch.left -= 1;
        if batch.left == 0 {
            self.unused.push(number);
        }
    }

    fn id(&self, number: u32) -> BatchId {
        BatchId { number, serial: self.batches[number as usize].serial }
    }

    /// The batch, if it is open or taken.
    fn in_flight(&mut self, id: BatchId) -> Option<&mut Batch<W>> {
        let batch = self.batches.get_mut(id.number())?;
        let flies = matches!(batch.state, State::Open | State::Taken) && batch.serial == id.serial;
        flies.then_some(batch)
    }

    /// The batch that the next new key goes into.
    fn open_batch(&mut self, limit: usize) -> u32 {
        if let Some(last) = self.last
            && self.keys(last as usize) < limit.min(MOST_KEYS)
        {
            return last;
        }
        let serial = self.count;
        self.count += 1;
        self.in_flight += 1;
        let batch = Batch { serial, state: State::Open, keys: 0, left: 0, waiters: Waiters::new() };
        let number = self.unused.pop().unwrap_or_else(|| {
            u32::try_from(self.batches.len()).expect("a session has less than 2^32 batches")
        });
        match self.batches.get_mut(number as usize) {
            Some(unused) => *unused = batch,
            None => self.batches.push(batch),
        }
        self.open.extend(self.last.replace(number));
        number
    }

    /// Takes the oldest open batch.
    pub(super) fn take_open(&mut self) -> Option<BatchId> {
        let number = self.open.pop_front().or_else(|| self.last.take())?;
        self.batches[number as usize].state = State::Taken;
        Some(self.id(number))
    }

    /// Keeps what loads a batch that was taken, the newest of all.
    pub(super) fn fly(&mut self, id: BatchId, flight: F) {
        self.flights.push((id, flight));
    }

    /// The flight behind that of a batch, which may be gone; without one, the oldest of all.
    pub(super) fn flight_behind(&self, id: Option<BatchId>) -> Option<(BatchId, F)>
    where
        F: Clone,
    {
        let at = self.flights.partition_point(|(flight, _)| Some(*flight) <= id);
        self.flights.get(at).cloned()
    }

    /// Gives up the flight of a batch.
    pub(super) fn ground(&mut self, id: BatchId) -> Option<F> {
        let at = self.flights.iter().position(|(flight, _)| *flight == id)?;
        Some(self.flights.remove(at).1)
    }

    /// The results of a batch are there: its keys are known. Gives back its waiters in join order,
    /// to be signalled outside the lock. A batch that was abandoned changes nothing.
    pub(crate) fn finish(&mut self, id: BatchId) -> Waiters<W> {
        self.end(id, State::Finished)
    }

    /// Ends a batch without caching anything; its waiters must register anew.
    pub(crate) fn abandon(&mut self, id: BatchId) -> Waiters<W> {
        self.end(id, State::Abandoned)
    }

    fn end(&mut self, id: BatchId, state: State) -> Waiters<W> {
        let Some(batch) = self.in_flight(id) else { return Waiters::new() };
        let was = std::mem::replace(&mut batch.state, state);
        let waiters = std::mem::take(&mut batch.waiters);
        self.in_flight -= 1;
        if was == State::Open {
            self.open.retain(|open| *open != id.number);
            if self.last == Some(id.number) {
                self.last = self.open.pop_back();
            }
        }
        waiters
    }

    /// Takes back one waiter of a batch; if it was the last one, abandons the batch and says so.
    pub(crate) fn leave(&mut self, id: BatchId, is_leaving: &dyn Fn(&W) -> bool) -> bool {
        let Some(batch) = self.in_flight(id) else { return false };
        batch.waiters.retain(|waiter| !is_leaving(waiter));
        if !batch.waiters.is_empty() {
            return false;
        }
        self.abandon(id);
        true
    }

    /// Whether no batch is open or loading.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    /// How many batches wait for somebody to take them.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn waiting(&self) -> usize {
        self.open.len() + usize::from(self.last.is_some())
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
