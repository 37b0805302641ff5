//! What the core does that needs no key: which keys are known or on their way, by their numbers.
//!
//! It is compiled once, and not anew for each fact of a user's; see [`core`](super::core) for what it
//! means and what it guarantees.

use super::index::Index;

/// Names a batch of one core, for as long as the core lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BatchId(u64);

/// Where a key stands. A slot, once given to a key, stays the key's.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// Asked for once, but its batch was abandoned: as good as never asked.
    Vacant,
    /// In this batch, whose key before it has the slot `before`.
    InFlight {
        id: BatchId,
        before: Option<usize>,
    },
    Known(Place),
}

/// Where a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of what the batch came to.
    pub(super) results: usize,
    /// The key's place in the batch.
    pub(super) at: usize,
}

/// Keys that are loaded by one call.
#[derive(Debug)]
struct Batch<W> {
    id: BatchId,
    keys: usize,
    /// The slot of its last key.
    last: Option<usize>,
    /// Where its results will be, once it is taken.
    results: Option<usize>,
    /// Who waits, in the order in which they came.
    waiters: Vec<W>,
}

/// What became of a key that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// The result is known.
    Cached,
    /// The key is new: it went into this batch, which somebody must take and load.
    Leading(BatchId),
    /// Somebody asked for it before: it is in this batch already.
    Joined(BatchId),
    /// The core is closed: its session has new sources.
    Closed,
}

/// One fact type's slots and batches; see the [module](self).
#[derive(Debug)]
pub(crate) struct Ledger<W> {
    pub(super) index: Index,
    /// The slot of each key that was ever asked for.
    slots: Vec<Slot>,
    /// The batches that are there, oldest first.
    batches: Vec<Batch<W>>,
    /// How many batches there were.
    count: u64,
    /// The keys that wait to be loaded: how many of each batch that was not taken, oldest first.
    /// A batch that was abandoned may be among them.
    runs: Vec<(BatchId, usize)>,
    /// Where batches have results, and where no batch has them any more.
    results: usize,
    unused: Vec<usize>,
    closed: bool,
}

impl<W> Default for Ledger<W> {
    fn default() -> Self {
        Self {
            index: Index::default(),
            slots: Vec::new(),
            batches: Vec::new(),
            count: 0,
            runs: Vec::new(),
            results: 0,
            unused: Vec::new(),
            closed: false,
        }
    }
}

impl<W> Ledger<W> {
    /// Where the result of a key is, if it is known.
    pub(super) fn known(&self, slot: usize) -> Option<Place> {
        match self.slots[slot] {
            Slot::Known(place) => Some(place),
            Slot::Vacant | Slot::InFlight { .. } => None,
        }
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
        match found.map(|slot| self.slots[slot]) {
            Some(Slot::Known(_)) => return Registered::Cached,
            Some(Slot::InFlight { id, .. }) => {
                self.wait(id, make_waiter);
                return Registered::Joined(id);
            }
            Some(Slot::Vacant) | None => {}
        }
        let id = self.open_batch(limit);
        let slot = found.unwrap_or_else(|| self.enter(hash));
        self.join(id, slot);
        self.wait(id, make_waiter);
        Registered::Leading(id)
    }

    /// A new slot.
    fn enter(&mut self, hash: u64) -> usize {
        let slot = self.slots.len();
        self.index.put(hash, slot);
        self.slots.push(Slot::Vacant);
        slot
    }

    /// The key of `slot` goes into the batch, which is the last open one.
    fn join(&mut self, id: BatchId, slot: usize) {
        let batch = self.batch(id).expect("an open batch exists");
        let before = batch.last.replace(slot);
        batch.keys += 1;
        self.slots[slot] = Slot::InFlight { id, before };
        let (_, keys) = self.runs.last_mut().expect("an open batch has a run");
        *keys += 1;
    }

    fn wait(&mut self, id: BatchId, make_waiter: &mut dyn FnMut(BatchId) -> Option<W>) {
        let batch = self.batch(id).expect("a key in flight is in a batch");
        batch.waiters.extend(make_waiter(id));
    }

    fn place(&self, id: BatchId) -> Option<usize> {
        self.batches.binary_search_by_key(&id, |batch| batch.id).ok()
    }

    fn batch(&mut self, id: BatchId) -> Option<&mut Batch<W>> {
        let at = self.place(id)?;
        self.batches.get_mut(at)
    }

    /// The batch that the next new key goes into.
    fn open_batch(&mut self, limit: usize) -> BatchId {
        if let Some(&(last, keys)) = self.runs.last()
            && self.place(last).is_some()
            && keys < limit
        {
            return last;
        }
        let id = BatchId(self.count);
        self.count += 1;
        self.runs.push((id, 0));
        self.batches.push(Batch { id, keys: 0, last: None, results: None, waiters: Vec::new() });
        id
    }

    /// Takes the oldest run of keys: how many they are, and if they are to be loaded still, their
    /// batch, and the number that its results will have.
    pub(super) fn take_run(&mut self) -> Option<(usize, Option<(BatchId, usize)>)> {
        if self.runs.is_empty() {
            return None;
        }
        let (id, keys) = self.runs.remove(0);
        if self.place(id).is_none() {
            return Some((keys, None));
        }
        let results = self.unused.pop().unwrap_or_else(|| {
            self.results += 1;
            self.results - 1
        });
        self.batch(id)?.results = Some(results);
        Some((keys, Some((id, results))))
    }

    /// The results of a batch are there: its keys are known. Gives back its waiters in join order,
    /// to be signalled outside the lock. A batch that was abandoned changes nothing.
    pub(crate) fn finish(&mut self, id: BatchId) -> Vec<W> {
        let Some(at) = self.place(id) else { return Vec::new() };
        let batch = self.batches.remove(at);
        let results = batch.results.expect("only a batch that was taken has results");
        let (mut at, mut next) = (batch.keys, batch.last);
        while let Some(slot) = next {
            at -= 1;
            next = self.release(slot, Slot::Known(Place { results, at }));
        }
        batch.waiters
    }

    /// Removes a batch without caching anything; its waiters must register anew.
    pub(super) fn abandon(&mut self, id: BatchId) -> Vec<W> {
        let Some(at) = self.place(id) else { return Vec::new() };
        let batch = self.batches.remove(at);
        self.unused.extend(batch.results);
        let mut next = batch.last;
        while let Some(slot) = next {
            next = self.release(slot, Slot::Vacant);
        }
        batch.waiters
    }

    /// Takes a key out of its batch; gives the slot of the key before it.
    fn release(&mut self, slot: usize, to: Slot) -> Option<usize> {
        match std::mem::replace(&mut self.slots[slot], to) {
            Slot::InFlight { before, .. } => before,
            Slot::Vacant | Slot::Known(_) => None,
        }
    }

    /// Takes back one waiter of a batch; if it was the last one, abandons the batch and says so.
    pub(super) fn leave(&mut self, id: BatchId, is_leaving: &dyn Fn(&W) -> bool) -> bool {
        let Some(batch) = self.batch(id) else { return false };
        batch.waiters.retain(|waiter| !is_leaving(waiter));
        if !batch.waiters.is_empty() {
            return false;
        }
        self.abandon(id);
        true
    }

    /// Forgets the runs at the end that were abandoned; how many keys the others have.
    pub(super) fn trim(&mut self) -> usize {
        while let Some(&(last, _)) = self.runs.last()
            && self.place(last).is_none()
        {
            self.runs.pop();
        }
        self.runs.iter().map(|(_, keys)| keys).sum()
    }

    /// Whether no batch is open or loading.
    pub(crate) fn is_idle(&self) -> bool {
        self.batches.is_empty()
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
