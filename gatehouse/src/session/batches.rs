//! What the core does that needs no key: which keys are known or on their way, by their numbers.
//!
//! It is compiled once, and not anew for each fact of a user's; see [`core`](super::core) for what it
//! means and what it guarantees.

use smallvec::SmallVec;

use crate::collections::{Index, make_small_room};

/// Names a batch of one core, for as long as the core lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BatchId {
    /// How many batches were there before it.
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

/// Keys that are loaded by one call.
#[derive(Debug)]
struct Batch<F> {
    serial: u64,
    state: State,
    /// How many keys it has, and how many of them have come into no other one since.
    keys: usize,
    left: usize,
    /// How many wait for it.
    waiters: usize,
    /// What loads it, until it is over.
    load: Option<F>,
}

/// Who asks for a key.
pub(crate) trait Asker<F> {
    /// What loads a new batch.
    fn open(&mut self, batch: BatchId) -> F;

    /// Waits for a batch from now on; `false` if it does so already.
    fn join(&mut self, batch: BatchId, load: &F) -> bool;
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
pub(crate) struct Ledger<F> {
    pub(super) index: Index,
    /// Where each key is that was ever asked for.
    slots: SmallVec<[Place; 1]>,
    /// The batches by their numbers.
    batches: SmallVec<[Batch<F>; 1]>,
    /// How many batches there were.
    count: u64,
    /// The number of the one that new keys go into.
    open: Option<u32>,
    /// The numbers of abandoned ones that no key is in any more.
    unused: Vec<u32>,
    /// How many are open or taken.
    in_flight: usize,
    closed: bool,
    /// How many more keys may be asked for soon. It is a guess.
    pub(super) expected: usize,
}

impl<F> Default for Ledger<F> {
    #[inline]
    fn default() -> Self {
        Self {
            index: Index::default(),
            slots: SmallVec::new(),
            batches: SmallVec::new(),
            count: 0,
            open: None,
            unused: Vec::new(),
            in_flight: 0,
            closed: false,
            expected: 0,
        }
    }
}

impl<F> Ledger<F> {
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
        asker: &mut dyn Asker<F>,
    ) -> Registered {
        if self.closed {
            return Registered::Closed;
        }
        if let Some(slot) = found {
            let id = self.id(self.slots[slot].batch);
            match self.batches[id.number()].state {
                State::Finished => return Registered::Cached(slot),
                State::Open | State::Taken => {
                    self.join(id, asker);
                    return Registered::Joined(id);
                }
                State::Abandoned => {}
            }
        }
        let id = self.open_batch(limit, asker);
        self.join(id, asker);
        let batch = &mut self.batches[id.number()];
        // No batch has more than `MOST_KEYS`.
        let at = u32::try_from(batch.keys).unwrap_or(u32::MAX);
        batch.keys += 1;
        batch.left += 1;
        self.put(hash, found, Place { batch: id.number, at });
        Registered::Leading(id)
    }

    /// One more waits for a batch that is in flight, unless it does so already.
    fn join(&mut self, id: BatchId, asker: &mut dyn Asker<F>) {
        let batch = &mut self.batches[id.number()];
        if let Some(load) = &batch.load {
            batch.waiters += usize::from(asker.join(id, load));
        }
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
    fn in_flight(&mut self, id: BatchId) -> Option<&mut Batch<F>> {
        let batch = self.batches.get_mut(id.number())?;
        let flies = matches!(batch.state, State::Open | State::Taken) && batch.serial == id.serial;
        flies.then_some(batch)
    }

    /// The batch that the next new key goes into.
    fn open_batch(&mut self, limit: usize, asker: &mut dyn Asker<F>) -> BatchId {
        if let Some(open) = self.open
            && self.keys(open as usize) < limit.min(MOST_KEYS)
        {
            return self.id(open);
        }
        let number = self.unused.pop().unwrap_or_else(|| {
            u32::try_from(self.batches.len()).expect("a session has less than 2^32 batches")
        });
        let id = BatchId { number, serial: self.count };
        let (serial, load) = (id.serial, Some(asker.open(id)));
        let batch = Batch { serial, state: State::Open, keys: 0, left: 0, waiters: 0, load };
        match self.batches.get_mut(id.number()) {
            Some(unused) => *unused = batch,
            None => self.batches.push(batch),
        }
        self.count += 1;
        self.in_flight += 1;
        self.open = Some(number);
        id
    }

    /// Takes a batch, if it is open: the caller loads it.
    pub(super) fn take(&mut self, id: BatchId) -> bool {
        let Some(batch) = self.in_flight(id) else { return false };
        let was = std::mem::replace(&mut batch.state, State::Taken);
        self.close(id);
        was == State::Open
    }

    /// No key comes into a batch any more.
    fn close(&mut self, id: BatchId) {
        if self.open == Some(id.number) {
            self.open = None;
        }
    }

    /// Whether the batch is open or taken.
    pub(super) fn is_in_flight(&mut self, id: BatchId) -> bool {
        self.in_flight(id).is_some()
    }

    /// The results of a batch are there: its keys are known. Gives what loaded it, which answers its
    /// waiters outside the lock. A batch that was abandoned changes nothing.
    pub(crate) fn finish(&mut self, id: BatchId) -> Option<F> {
        self.end(id, State::Finished)
    }

    /// Ends a batch without caching anything; its waiters must register anew. Gives what loads it,
    /// to be cancelled outside the lock.
    pub(crate) fn abandon(&mut self, id: BatchId) -> Option<F> {
        self.end(id, State::Abandoned)
    }

    fn end(&mut self, id: BatchId, state: State) -> Option<F> {
        let batch = self.in_flight(id)?;
        batch.state = state;
        let load = batch.load.take();
        self.in_flight -= 1;
        self.close(id);
        load
    }

    /// One waiter of a batch waits no more; if it was the last one, abandons the batch.
    pub(crate) fn leave(&mut self, id: BatchId) -> Option<F> {
        let batch = self.in_flight(id)?;
        batch.waiters -= 1;
        if batch.waiters > 0 {
            return None;
        }
        self.abandon(id)
    }

    /// What loads a batch that is in flight.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn load(&self, id: BatchId) -> Option<&F> {
        self.batches.get(id.number())?.load.as_ref()
    }

    /// Whether no batch is open or loading.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight == 0
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
