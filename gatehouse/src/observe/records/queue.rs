//! The way of records from evaluations to the recorder's thread: bounded, and counted.
//!
//! All that the rest knows of it is here: room is reserved before a record is made, so that a full
//! queue costs next to nothing; filling it never waits. Another queue (a lock-free log of fixed
//! size, say) can take its place behind the same functions.
//!
//! Two numbers are bounded: the records, and the bytes that they take. How many bytes a record takes is
//! known once it is made, so those are taken when it is let in; before that only what is left is looked
//! at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TryRecvError};

use super::data::{LEAST_BYTES, Stretch};
use crate::unwind::catch;

/// What goes through the queue.
pub(super) enum Message {
    /// Records, for which there was room.
    Records(Stretch),
    /// Somebody wants to know when everything before was offered to the sink.
    Flush(SyncSender<()>),
}

/// What both ends of a queue know.
struct Counts {
    /// Records that were let in, or are about to come, and were not taken by the sink.
    records: Bounded,
    /// The bytes of those that were let in.
    bytes: Bounded,
    dropped: AtomicU64,
}

/// A number that does not get larger than `most`.
struct Bounded {
    most: usize,
    held: AtomicUsize,
}

// Relaxed, everywhere below: each number stands alone, and the channel orders the records.
impl Bounded {
    fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0) }
    }

    fn left(&self) -> usize {
        self.most.saturating_sub(self.held.load(Ordering::Relaxed))
    }

    /// Takes as much of `wanted` as is left.
    fn take(&self, wanted: usize) -> usize {
        let mut taken = 0;
        let _ = self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            taken = wanted.min(self.most.saturating_sub(held));
            (taken > 0).then_some(held + taken)
        });
        taken
    }

    fn release(&self, number: usize) {
        self.held.fetch_sub(number, Ordering::Relaxed);
    }
}

impl Counts {
    /// Takes the bytes of `records`, without the last ones for which none are left. Gives their number.
    fn take_bytes(&self, records: &mut Stretch) -> usize {
        let mut bytes = records.bytes();
        let taken = self.bytes.take(bytes);
        while bytes > taken
            && let Some(last) = records.decided.pop()
        {
            bytes -= last.bytes(&records.evaluation);
        }
        self.bytes.release(taken - bytes);
        bytes
    }

    fn lose(&self, records: usize) {
        self.dropped.fetch_add(records as u64, Ordering::Relaxed);
        // Whoever listens to metrics has no part in what becomes of the next records.
        let _ = catch(|| crate::observe::records_dropped(records as u64));
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Where records go in. A clone goes into the same queue.
#[derive(Clone)]
pub(super) struct Intake {
    // Unbounded, and so it never waits; `Counts` has the bounds.
    sender: Sender<Message>,
    counts: Arc<Counts>,
}

/// Where they come out.
pub(super) struct Outlet {
    receiver: Receiver<Message>,
    counts: Arc<Counts>,
}

/// A queue that holds so many records, of so many bytes in all.
pub(super) fn queue(records: usize, bytes: usize) -> (Intake, Outlet) {
    let (sender, receiver) = mpsc::channel();
    let (records, bytes) = (Bounded::new(records), Bounded::new(bytes));
    let counts = Arc::new(Counts { records, bytes, dropped: AtomicU64::new(0) });
    (Intake { sender, counts: Arc::clone(&counts) }, Outlet { receiver, counts })
}

impl Intake {
    /// Room for as many of `records` records as there is, if they have no texts; the rest counts as
    /// dropped.
    pub(super) fn reserve(&self, records: usize) -> Room<'_> {
        let bytes = self.counts.bytes.left();
        let room = self.counts.records.take(records.min(bytes / LEAST_BYTES));
        if room < records {
            self.lose(records - room);
        }
        Room { intake: self, records: room, bytes }
    }

    /// Counts records that were never made.
    pub(super) fn lose(&self, records: usize) {
        self.counts.lose(records);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped()
    }

    /// Asks for a sign when everything before was offered to the sink.
    pub(super) fn flush(&self) -> Receiver<()> {
        let (done, wait) = mpsc::sync_channel(1);
        // Should the thread be gone, so is `done`, and `wait` says it.
        let _ = self.sender.send(Message::Flush(done));
        wait
    }
}

/// Room for some records. What is not filled counts as dropped.
pub(super) struct Room<'i> {
    intake: &'i Intake,
    records: usize,
    bytes: usize,
}

impl Room<'_> {
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// The bytes that are left for them, unless another thread takes some meanwhile.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lets `records` in, which are at most as many as there is room for: as many of them as there are
    /// bytes left for.
    pub(super) fn fill(mut self, mut records: Stretch) {
        let Intake { sender, counts } = self.intake;
        let bytes = counts.take_bytes(&mut records);
        let filled = records.decided.len();
        if filled < self.records {
            // Its memory was taken for all that there was room for.
            records.decided.shrink_to_fit();
        }
        if filled > 0 && sender.send(Message::Records(records)).is_ok() {
            self.records -= filled;
        } else {
            counts.bytes.release(bytes);
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if self.records > 0 {
            self.intake.counts.records.release(self.records);
            self.intake.counts.lose(self.records);
        }
    }
}

impl Outlet {
    /// The next message, if there is one.
    pub(super) fn poll(&self) -> Result<Message, TryRecvError> {
        self.receiver.try_recv()
    }

    /// The next message; `None` when every handle is gone.
    pub(super) fn wait(&self) -> Option<Message> {
        self.receiver.recv().ok()
    }

    /// So many records, of so many bytes, were taken by the sink, or not: there is room for others.
    pub(super) fn done(&self, records: usize, bytes: usize, taken: bool) {
        self.counts.records.release(records);
        self.counts.bytes.release(bytes);
        if !taken {
            self.counts.lose(records);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped()
    }
}
