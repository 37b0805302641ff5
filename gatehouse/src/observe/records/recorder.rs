//! The recorder: a handle for sessions, and the thread that feeds the sink.

use std::fmt;
use std::sync::mpsc::TryRecvError;
use std::time::Duration;

use super::data::DecisionRecord;
use super::queue::{Intake, Message, Outlet, queue};
use super::sink::DecisionSink;
use crate::unwind::{catch, drop_quietly};

/// The most records that a sink is given at once; its documentation says the number.
const SLICE: usize = 1024;

/// The most bytes of them, unless one record has more. A sink may need as many to write them.
const SLICE_BYTES: usize = 1 << 20;

/// How long records wait for others. While this thread sleeps, an evaluation does not have to wake
/// it, which costs more than everything else about a record.
const GATHER: Duration = Duration::from_millis(1);

/// Takes a record of every decision on the sessions that it is given to, and brings them to a
/// [`DecisionSink`] on a thread of its own.
///
/// Make one for the life of the service; a clone is a handle of the same. An evaluation puts its
/// records into a queue and never waits: when the sink is slow the queue fills up, and what does not
/// fit is dropped and counted. So is what a sink refuses. No decision depends on any of it.
///
/// The queue is bounded twice, in records and in bytes: see [`with_bounds`](Self::with_bounds).
///
/// ```
/// use std::time::Duration;
/// use gatehouse::Description;
/// use gatehouse::prelude::*;
/// use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
/// # struct User { id: u64 } struct Document { owner: u64 }
/// # #[derive(Sources)] struct AppFacts {}
/// struct Documents;
/// impl Domain for Documents {
///     type Subject = User;
///     type Action = ();
///     type Resource = Document;
///     type Context = ();
///
///     fn describe_subject(user: &User) -> Description {
///         Description::of(user.id) // says nothing unless you write it
///     }
/// }
///
/// /// Owners do anything to their documents.
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// static GATE: Gate<Documents, owner> = Gate::new();
///
/// /// A line for each decision. `JsonLines` is made for files.
/// struct Print;
/// impl DecisionSink for Print {
///     fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
///         for record in records {
///             println!("{:?}: {}", record.evaluation.subject.as_str(), record.decision);
///         }
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let recorder = Recorder::new(Print)?; // one per service
/// let session = Session::new(AppFacts {}).with_recorder(&recorder).with_trace_id("4bf92f35");
/// let user = User { id: 7 };
/// let decision = GATE.bind(&session, &user, &()).check(&Document { owner: 7 }).await;
/// assert!(decision.is_allow());
///
/// recorder.flush(Duration::from_secs(5)).expect("it prints at once"); // before the process ends
/// assert_eq!(recorder.dropped(), 0);
/// # Ok(()) }
/// ```
///
/// # What is recorded
/// Each decision that an evaluation came to: of `check`, `authorize`, `check_local` and `explain` one, of
/// `check_all` and the filters one for each item. What is cancelled decides nothing; where a long
/// page is cancelled while its records are made, the first of them are there.
///
/// # When the sink fails or panics
/// The records that it was given, at most 1024, count as dropped; it is called again with the next ones,
/// as often as it takes. That holds for every panic of its [`write`](DecisionSink::write), and of the
/// destructors of what it panics with and of the errors that it gives back. So the thread never ends
/// before the last handle is gone, and what [`flush`](Self::flush) and [`dropped`](Self::dropped) say
/// stays true. A panic of its `close`, or of its own destructor, ends nothing but the sink.
///
/// # The end
/// Dropping a handle never waits. When the last one is gone, those in sessions included, the thread
/// offers what is left to the sink, calls its [`close`](DecisionSink::close) and ends; a process that
/// ends earlier takes what is left with it. So call [`flush`](Self::flush) before it does.
#[derive(Clone)]
pub struct Recorder {
    intake: Intake,
    facts: bool,
}

impl Recorder {
    /// How many records wait for the sink at most, unless [`with_capacity`](Self::with_capacity)
    /// says another number: about a page of a hundred thousand.
    pub const CAPACITY: usize = 1 << 17;

    /// How many bytes they take at most, unless [`with_bounds`](Self::with_bounds) says another
    /// number: 64 MiB, enough for as many records without long texts.
    pub const BYTES: usize = 64 << 20;

    /// A recorder that brings records to `sink`.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn new(sink: impl DecisionSink) -> std::io::Result<Self> {
        Self::with_capacity(sink, Self::CAPACITY)
    }

    /// A recorder of which at most `records` records wait for `sink`, of [`BYTES`](Self::BYTES) in all.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn with_capacity(sink: impl DecisionSink, records: usize) -> std::io::Result<Self> {
        Self::with_bounds(sink, records, Self::BYTES)
    }

    /// A recorder of which at most `records` records wait for `sink`, and at most `bytes` of them.
    ///
    /// The memory is taken when it is needed. What a record takes is estimated, and rather too high:
    /// less than half a kibibyte, with the texts that describe subject, action, resource and context,
    /// and about 200 bytes and its texts for each fact. A text that records share counts for each of
    /// them, and of the error that a source failed with, nothing but its
    /// [safe text](crate::FactError::safe) does.
    ///
    /// A record for which no bytes are left is dropped, and those after it on its page with it (every
    /// 2048 items, it is tried again).
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn with_bounds(
        sink: impl DecisionSink,
        records: usize,
        bytes: usize,
    ) -> std::io::Result<Self> {
        let (intake, outlet) = queue(records, bytes);
        let drain = Drain { sink, outlet, pending: Vec::new(), reported: 0 };
        std::thread::Builder::new().name("gatehouse-recorder".into()).spawn(|| drain.run())?;
        Ok(Self { intake, facts: false })
    }

    /// The same recorder, which has the records of sessions that it is given to say on which facts a
    /// decision depends: their keys, what was found, and where it comes from.
    ///
    /// It costs another run of the policies for each decision, and the text of their keys and values: a long
    /// page comes back later by that, behind its session's deadline too.
    /// A text is made once for a page, and cut if it is [long](crate::explanation::ConsultedFact::MAX_BYTES).
    /// Facts and key parts that are personal should be `#[sensitive]`: then a placeholder is written.
    #[must_use]
    pub fn with_facts(self) -> Self {
        Self { facts: true, ..self }
    }

    /// How many records were dropped so far: for want of room, or because the sink did not take
    /// them, or because a domain panicked when it described something.
    ///
    /// The next record that gets through says the same, in
    /// [`dropped_before`](DecisionRecord::dropped_before).
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.intake.dropped()
    }

    /// Waits until everything that was recorded before was taken by the sink, or refused and
    /// counted. Blocks the thread: from async code, call it where blocking is allowed.
    ///
    /// # Errors
    /// [`NotFlushed`], if that takes longer than `patience`.
    pub fn flush(&self, patience: Duration) -> Result<(), NotFlushed> {
        self.intake.flush().recv_timeout(patience).map_err(|_| NotFlushed)
    }

    pub(super) fn notes_facts(&self) -> bool {
        self.facts
    }

    pub(super) fn intake(&self) -> &Intake {
        &self.intake
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}

/// The sink did not take all records in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFlushed;

impl fmt::Display for NotFlushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sink did not take all decision records in time")
    }
}

impl std::error::Error for NotFlushed {}

/// The recorder's thread.
struct Drain<S> {
    sink: S,
    outlet: Outlet,
    /// Records that came out of the queue and were not offered yet.
    pending: Vec<DecisionRecord>,
    /// Dropped records that the sink was told of.
    reported: u64,
}

impl<S: DecisionSink> Drain<S> {
    fn run(mut self) {
        while let Some(message) = self.next() {
            match message {
                Message::Records(records) => {
                    self.pending.extend(records.records());
                    if self.pending.len() >= SLICE {
                        self.offer();
                    }
                }
                Message::Flush(done) => {
                    self.offer();
                    // Whoever asked may have lost patience.
                    let _ = done.send(());
                }
            }
        }
        let dropped = self.outlet.dropped() - self.reported;
        let _ = catch(|| self.sink.close(dropped));
        drop_quietly(self.sink);
    }

    /// The next message. If there is none, what is pending is offered first.
    fn next(&mut self) -> Option<Message> {
        match self.outlet.poll() {
            Ok(message) => return Some(message),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => self.offer(),
        }
        let message = self.outlet.wait();
        if matches!(message, Some(Message::Records(_))) {
            std::thread::sleep(GATHER);
        }
        message
    }

    /// Offers what is pending to the sink.
    fn offer(&mut self) {
        let mut pending = std::mem::take(&mut self.pending).into_iter();
        while pending.len() > 0 {
            let (count, bytes) = slice(pending.as_slice());
            let records = &mut pending.as_mut_slice()[..count];
            let dropped = self.outlet.dropped();
            records[0].dropped_before = dropped - self.reported;
            let written = catch(|| self.sink.write(records));
            let taken = matches!(written, Some(Ok(())));
            // An error is the sink's, and so is its destructor.
            drop_quietly(written);
            if taken {
                self.reported = dropped;
            }
            // Their memory is given back before their room is.
            pending.by_ref().take(count).for_each(drop);
            self.outlet.done(count, bytes, taken);
        }
    }
}

/// How many of `pending` are offered at once, one at least, and their bytes.
fn slice(pending: &[DecisionRecord]) -> (usize, usize) {
    let (mut count, mut bytes) = (0, 0);
    for record in pending.iter().take(SLICE) {
        let more = record.bytes();
        if count > 0 && bytes + more > SLICE_BYTES {
            break;
        }
        (count, bytes) = (count + 1, bytes + more);
    }
    (count, bytes)
}
