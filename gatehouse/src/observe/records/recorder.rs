//! The recorder: the handle that sessions have of the queue of records.

use std::fmt;
use std::time::Duration;

use super::queue::{Sender, queue};
use super::sink::DecisionSink;
use super::worker::Worker;

/// Records every decision on its sessions, and passes the records to a [`DecisionSink`] on a thread of its
/// own.
///
/// Make one for the life of the service; a clone is a handle of the same recorder. An evaluation puts its
/// records into a queue and never waits. When the sink is slow and the queue is full, further records are
/// dropped and counted; so are records that the sink does not take. No decision depends on any of this.
///
/// The queue is bounded in records and in bytes: see [`with_bounds`](Self::with_bounds).
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
///         Description::of(user.id) // left out of records by default
///     }
/// }
///
/// /// Owners do anything to their documents.
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// static GATE: Gate<Documents, owner> = Gate::new();
///
/// /// Prints a line for each decision. For files, there is `JsonLines`.
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
/// Every decision of an evaluation: `check`, `authorize`, `check_local` and `explain` make one,
/// `check_all` and the filters one for each resource. A cancelled evaluation makes no decision. If a long page
/// is cancelled while its records are made, the first records are already sent.
///
/// # When the sink fails or panics
/// The records of that call, at most 1024, count as dropped, and the sink is called again with the next
/// ones. This holds for every panic of its [`write`](DecisionSink::write), and for panics in the destructors
/// of its panic payloads and of its errors. So the thread never ends before the last handle is dropped,
/// and [`flush`](Self::flush) and [`dropped`](Self::dropped) stay correct. A panic of its `close`, or of its
/// own destructor, has no effect beyond the sink.
///
/// # The end
/// Dropping a handle never waits. When the last handle is dropped, those in sessions included, the thread
/// writes the remaining records to the sink, calls its [`close`](DecisionSink::close) and ends. If the process
/// ends earlier, the remaining records are lost: call [`flush`](Self::flush) before the process ends.
#[derive(Clone)]
pub struct Recorder {
    sender: Sender,
    records_facts: bool,
}

impl Recorder {
    /// The default of [`with_capacity`](Self::with_capacity), the most records that wait for the sink:
    /// about a page of a hundred thousand resources.
    pub const CAPACITY: usize = 1 << 17;

    /// The default of [`with_bounds`](Self::with_bounds), the most bytes of waiting records: 64 MiB, enough
    /// for [`CAPACITY`](Self::CAPACITY) records without long texts.
    pub const BYTES: usize = 64 << 20;

    /// A recorder that passes records to `sink`.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn new(sink: impl DecisionSink) -> std::io::Result<Self> {
        Self::with_capacity(sink, Self::CAPACITY)
    }

    /// A recorder with a queue of at most `records` records, and of [`BYTES`](Self::BYTES) bytes.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn with_capacity(sink: impl DecisionSink, records: usize) -> std::io::Result<Self> {
        Self::with_bounds(sink, records, Self::BYTES)
    }

    /// A recorder with a queue of at most `records` records, and of `bytes` bytes.
    ///
    /// Memory is allocated when it is needed. The size of a record is estimated, rather too high: less than
    /// half a kibibyte with the descriptions of subject, action, resource and context, and for each fact
    /// about 200 bytes and its texts. A text that records share counts for each of them. The error of a
    /// source counts only with its [safe text](crate::FactError::safe).
    ///
    /// A record for which no bytes are left is dropped, together with those after it in the next 2048
    /// resources of its page at most.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn with_bounds(
        sink: impl DecisionSink,
        records: usize,
        bytes: usize,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = queue(records, bytes);
        let worker = Worker::new(sink, receiver);
        std::thread::Builder::new().name("gatehouse-recorder".into()).spawn(|| worker.run())?;
        Ok(Self { sender, records_facts: false })
    }

    /// Also records the facts that a decision depends on, with their keys, values and sources, for sessions
    /// that this handle is given to.
    ///
    /// This costs another run of the policies for each decision, and the texts of keys and values. A long page
    /// returns later by that time, even if the deadline of its session has passed.
    /// A text is made once for a page, and cut if it is [long](crate::explanation::ConsultedFact::MAX_BYTES).
    /// Mark personal facts and key parts `#[sensitive]`: their records have a placeholder.
    #[must_use]
    pub fn with_facts(self) -> Self {
        Self { records_facts: true, ..self }
    }

    /// The number of records that were dropped so far: because the queue was full, because the sink did
    /// not take them, or because a domain panicked in a description.
    ///
    /// The next record that the sink takes has the number since the last one, in
    /// [`dropped_before`](crate::records::DecisionRecord::dropped_before).
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.sender.dropped()
    }

    /// Waits until the sink has taken all earlier records, or they are counted as dropped. It blocks the
    /// thread: from async code, call it where blocking is allowed.
    ///
    /// # Errors
    /// [`NotFlushed`], if that takes longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> Result<(), NotFlushed> {
        self.sender.flush().recv_timeout(timeout).map_err(|_| NotFlushed)
    }

    pub(super) fn records_facts(&self) -> bool {
        self.records_facts
    }

    pub(super) fn sender(&self) -> &Sender {
        &self.sender
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
