//! The trait of sinks, which take decision records.

use super::data::DecisionRecord;

/// The error of a sink that could not take records: any error.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes decision records. Implement it for a file, a socket or a table of a database.
///
/// A [`Recorder`](crate::records::Recorder) calls it on a thread of its own, so it may block. No decision waits
/// for a sink, and none changes if it hangs, fails or panics. Records that it does not take are counted as
/// dropped.
///
/// ```
/// use gatehouse::records::{DecisionRecord, DecisionSink, SinkError};
///
/// /// Prints the decisions that do not allow access.
/// struct NotAllowed;
///
/// impl DecisionSink for NotAllowed {
///     fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
///         for record in records.iter().filter(|record| !record.decision.is_allow()) {
///             let who = record.evaluation.subject.as_str().unwrap_or("somebody");
///             println!("{who}: {}", record.decision);
///         }
///         Ok(())
///     }
/// }
/// # let _ = NotAllowed;
/// ```
pub trait DecisionSink: Send + 'static {
    /// Takes records, in their order: at least one, and at most 1024 or about a mebibyte of them.
    ///
    /// `Ok` means that all are written. Records that a sink buffers and loses later are not counted as
    /// dropped.
    ///
    /// # Errors
    /// After an error, all `records` count as dropped and are not passed again. The same holds after a panic
    /// with any payload. The sink is then called with the next records.
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError>;

    /// The last call, when every [`Recorder`](crate::records::Recorder) handle is dropped and all earlier records were
    /// passed. `dropped` is the number of records that were dropped since the last one that it took.
    fn close(&mut self, dropped: u64) {
        let _ = dropped;
    }
}

impl<S: DecisionSink + ?Sized> DecisionSink for Box<S> {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        S::write(self, records)
    }

    fn close(&mut self, dropped: u64) {
        S::close(self, dropped);
    }
}
