//! The way of records from evaluations to the recorder's thread: bounded, and counted.
//!
//! All that the rest knows of it is here: room is reserved before a record is made, so that a full
//! queue costs next to nothing; filling it never waits. Another queue (a lock-free log of fixed
//! size, say) can take its place behind the same functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TryRecvError};

use super::data::Stretch;

/// What goes through the queue.
pub(super) enum Message {
    /// Records, for which there was room.
    Records(Stretch),
    /// Somebody wants to know when everything before was offered to the sink.
    Flush(SyncSender<()>),
}

/// What both ends of a queue know.
struct Counts {
    capacity: usize,
    /// Records that were let in, or are about to come, and were not taken by the sink.
    held: AtomicUsize,
    dropped: AtomicU64,
}

// Relaxed, everywhere below: each number stands alone, and the channel orders the records.
impl Counts {
    fn release(&self, records: usize) {
        self.held.fetch_sub(records, Ordering::Relaxed);
    }

    fn lose(&self, records: usize) {
        self.dropped.fetch_add(records as u64, Ordering::Relaxed);
        crate::telemetry::records_dropped(records as u64);
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Where records go in. A clone goes into the same queue.
#[derive(Clone)]
pub(super) struct Intake {
    // Unbounded, and so it never waits; `Counts` has the bound.
    sender: Sender<Message>,
    counts: Arc<Counts>,
}

/// Where they come out.
pub(super) struct Outlet {
    receiver: Receiver<Message>,
    counts: Arc<Counts>,
}

/// A queue that holds so many records.
pub(super) fn queue(capacity: usize) -> (Intake, Outlet) {
    let (sender, receiver) = mpsc::channel();
    let (held, dropped) = (AtomicUsize::new(0), AtomicU64::new(0));
    let counts = Arc::new(Counts { capacity, held, dropped });
    (Intake { sender, counts: Arc::clone(&counts) }, Outlet { receiver, counts })
}

impl Intake {
    /// Room for as many of `records` records as there is; the rest counts as dropped.
    pub(super) fn reserve(&self, records: usize) -> Room<'_> {
        let Counts { capacity, held, .. } = &*self.counts;
        let mut room = 0;
        let _ = held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            room = records.min(capacity.saturating_sub(held));
            (room > 0).then_some(held + room)
        });
        if room < records {
            self.lose(records - room);
        }
        Room { intake: self, records: room }
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
}

impl Room<'_> {
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// Lets `records` in, which are at most as many as there is room for.
    pub(super) fn fill(mut self, records: Stretch) {
        let filled = records.decided.len();
        if self.intake.sender.send(Message::Records(records)).is_ok() {
            self.records -= filled;
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if self.records > 0 {
            self.intake.counts.release(self.records);
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

    /// So many records were taken by the sink, or not: there is room for others.
    pub(super) fn done(&self, records: usize, taken: bool) {
        self.counts.release(records);
        if !taken {
            self.counts.lose(records);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped()
    }
}
