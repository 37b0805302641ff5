//! The recorder's thread.

use std::sync::mpsc::TryRecvError;
use std::time::Duration;

use super::data::DecisionRecord;
use super::queue::{Message, Receiver};
use super::sink::DecisionSink;
use crate::unwind::{catch, drop_quietly};

/// The most records of one call of a sink. The documentation of sinks has the number.
const MAX_BATCH: usize = 1024;

/// The most bytes of a batch, unless a single record has more. A sink may need as much memory to write it.
const MAX_BATCH_BYTES: usize = 1 << 20;

/// The time for which records wait for others. While this thread sleeps, evaluations need not wake it, and
/// a wake costs more than everything else about a record.
const BATCH_DELAY: Duration = Duration::from_millis(1);

/// The recorder's thread, which feeds the sink.
pub(super) struct Worker<S> {
    sink: S,
    receiver: Receiver,
    /// Records from the queue that are not written yet.
    pending: Vec<DecisionRecord>,
    /// The number of dropped records that were reported to the sink.
    reported: u64,
}

impl<S: DecisionSink> Worker<S> {
    pub(super) fn new(sink: S, receiver: Receiver) -> Self {
        Self { sink, receiver, pending: Vec::new(), reported: 0 }
    }

    pub(super) fn run(mut self) {
        while let Some(message) = self.next() {
            match message {
                Message::Records(records) => {
                    self.pending.extend(records.records());
                    if self.pending.len() >= MAX_BATCH {
                        self.write_pending();
                    }
                }
                Message::Flush(done) => {
                    self.write_pending();
                    // The caller of `flush` may have timed out.
                    let _ = done.send(());
                }
            }
        }
        let dropped = self.receiver.dropped() - self.reported;
        let _ = catch(|| self.sink.close(dropped));
        drop_quietly(self.sink);
    }

    /// The next message. If there is none yet, pending records are written first.
    fn next(&mut self) -> Option<Message> {
        match self.receiver.try_next() {
            Ok(message) => return Some(message),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => self.write_pending(),
        }
        let message = self.receiver.next();
        if matches!(message, Some(Message::Records(_))) {
            std::thread::sleep(BATCH_DELAY);
        }
        message
    }

    /// Writes pending records to the sink, in batches.
    fn write_pending(&mut self) {
        let mut pending = std::mem::take(&mut self.pending).into_iter();
        while pending.len() > 0 {
            let (count, bytes) = next_batch(pending.as_slice());
            let records = &mut pending.as_mut_slice()[..count];
            let dropped = self.receiver.dropped();
            records[0].dropped_before = dropped - self.reported;
            let written = catch(|| self.sink.write(records));
            let taken = matches!(written, Some(Ok(())));
            // The error is a type of the sink, and so is its destructor.
            drop_quietly(written);
            if taken {
                self.reported = dropped;
            }
            // The records are freed before their places and bytes are released.
            pending.by_ref().take(count).for_each(drop);
            self.receiver.release(count, bytes, taken);
        }
    }
}

/// The number of records of the next batch, at least one, and their bytes.
fn next_batch(pending: &[DecisionRecord]) -> (usize, usize) {
    let (mut count, mut bytes) = (0, 0);
    for record in pending.iter().take(MAX_BATCH) {
        let more = record.bytes();
        if count > 0 && bytes + more > MAX_BATCH_BYTES {
            break;
        }
        (count, bytes) = (count + 1, bytes + more);
    }
    (count, bytes)
}
