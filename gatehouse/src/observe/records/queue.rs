//! The queue of records from evaluations to the recorder's thread: bounded, and counted.
//!
//! Places are reserved before records are made, so that a full queue costs next to nothing. Sending
//! never waits. Another queue, such as a lock-free log of fixed size, can replace it behind the same
//! functions.
//!
//! Two numbers are bounded: the records, and their bytes. The bytes of a record are known once it is made,
//! so they are taken when it is sent; a reservation only looks at the bytes that are left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender, TryRecvError};

use super::data::{DecisionChunk, MIN_BYTES};
use crate::unwind::catch;

/// A message to the recorder's thread.
pub(super) enum Message {
    /// Records that were reserved.
    Records(DecisionChunk),
    /// Asks for a reply when all earlier records were written to the sink.
    Flush(SyncSender<()>),
}

/// The counts that both ends of a queue share.
struct Counts {
    /// Records queued or reserved, not yet taken by the sink.
    records: Bounded,
    /// The bytes of queued records.
    bytes: Bounded,
    dropped: AtomicU64,
}

/// A number that does not exceed `max`.
struct Bounded {
    max: usize,
    held: AtomicUsize,
}

// Relaxed, everywhere below: each number stands alone, and the channel orders the records.
impl Bounded {
    fn new(max: usize) -> Self {
        Self { max, held: AtomicUsize::new(0) }
    }

    fn left(&self) -> usize {
        self.max.saturating_sub(self.held.load(Ordering::Relaxed))
    }

    /// Takes as much of `wanted` as is left.
    fn take(&self, wanted: usize) -> usize {
        let mut taken = 0;
        let _ = self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            taken = wanted.min(self.max.saturating_sub(held));
            (taken > 0).then_some(held + taken)
        });
        taken
    }

    fn release(&self, number: usize) {
        self.held.fetch_sub(number, Ordering::Relaxed);
    }
}

impl Counts {
    /// Takes the bytes of `records`, and removes the last records if too few are left. Returns the bytes
    /// taken.
    fn take_bytes(&self, records: &mut DecisionChunk) -> usize {
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

    fn count_dropped(&self, records: usize) {
        self.dropped.fetch_add(records as u64, Ordering::Relaxed);
        // A metrics recorder that panics must not affect the next records.
        let _ = catch(|| crate::observe::metrics::records_dropped(records as u64));
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The end of evaluations. A clone sends into the same queue.
#[derive(Clone)]
pub(super) struct Sender {
    // Unbounded, so that it never waits; `Counts` has the bounds.
    channel: mpsc::Sender<Message>,
    counts: Arc<Counts>,
}

/// The end of the recorder's thread.
pub(super) struct Receiver {
    channel: mpsc::Receiver<Message>,
    counts: Arc<Counts>,
}

/// A queue of at most `records` records, of at most `bytes` bytes in all.
pub(super) fn queue(records: usize, bytes: usize) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel();
    let (records, bytes) = (Bounded::new(records), Bounded::new(bytes));
    let counts = Arc::new(Counts { records, bytes, dropped: AtomicU64::new(0) });
    (
        Sender { channel: sender, counts: Arc::clone(&counts) },
        Receiver { channel: receiver, counts },
    )
}

impl Sender {
    /// Reserves places for as many of `records` records as possible, as if they had no texts. The others
    /// count as dropped.
    pub(super) fn reserve(&self, records: usize) -> Reservation<'_> {
        let bytes = self.counts.bytes.left();
        let places = self.counts.records.take(records.min(bytes / MIN_BYTES));
        if places < records {
            self.count_dropped(records - places);
        }
        Reservation { sender: self, records: places, bytes }
    }

    /// Counts records that were never made.
    pub(super) fn count_dropped(&self, records: usize) {
        self.counts.count_dropped(records);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped()
    }

    /// Asks for a reply when all earlier records were written to the sink.
    pub(super) fn flush(&self) -> mpsc::Receiver<()> {
        let (done, reply) = mpsc::sync_channel(1);
        // If the thread has ended, `done` is dropped, and `reply` reports it.
        let _ = self.channel.send(Message::Flush(done));
        reply
    }
}

/// Reserved places for records. A place that is not used counts as a dropped record.
pub(super) struct Reservation<'s> {
    sender: &'s Sender,
    records: usize,
    bytes: usize,
}

impl Reservation<'_> {
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// The bytes that were left for them. Another thread may take some meanwhile.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sends `records`, at most as many as are reserved, and as many of them as there are bytes left for.
    pub(super) fn send(mut self, mut records: DecisionChunk) {
        let Sender { channel, counts } = self.sender;
        let bytes = counts.take_bytes(&mut records);
        let sent = records.decided.len();
        if sent < self.records {
            // The vector has capacity for all reserved records.
            records.decided.shrink_to_fit();
        }
        if sent > 0 && channel.send(Message::Records(records)).is_ok() {
            self.records -= sent;
        } else {
            counts.bytes.release(bytes);
        }
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.records > 0 {
            self.sender.counts.records.release(self.records);
            self.sender.counts.count_dropped(self.records);
        }
    }
}

impl Receiver {
    /// The next message, if there is one.
    pub(super) fn try_next(&self) -> Result<Message, TryRecvError> {
        self.channel.try_recv()
    }

    /// Waits for the next message; `None` when every handle is dropped.
    pub(super) fn next(&self) -> Option<Message> {
        self.channel.recv().ok()
    }

    /// Releases the places of `records` records and their `bytes`. They count as dropped unless the sink has
    /// `taken` them.
    pub(super) fn release(&self, records: usize, bytes: usize, taken: bool) {
        self.counts.records.release(records);
        self.counts.bytes.release(bytes);
        if !taken {
            self.counts.count_dropped(records);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped()
    }
}
