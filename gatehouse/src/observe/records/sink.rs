//! Where records go.

use super::data::DecisionRecord;

/// Why a sink could not take records: any error.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes decision records: implemented by you, on a file, a socket, a table of a database.
///
/// A [`Recorder`](crate::records::Recorder) calls it on a thread of its own, so it may block. Whatever it
/// does (hang, fail, panic), no decision waits for it or changes; the records that it does not take
/// are counted as dropped.
///
/// ```
/// use gatehouse::records::{DecisionRecord, DecisionSink, SinkError};
///
/// /// Prints what was refused.
/// struct Refusals;
///
/// impl DecisionSink for Refusals {
///     fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
///         for record in records.iter().filter(|record| !record.decision.is_allow()) {
///             let who = record.evaluation.subject.as_str().unwrap_or("somebody");
///             println!("{who}: {}", record.decision);
///         }
///         Ok(())
///     }
/// }
/// # let _ = Refusals;
/// ```
pub trait DecisionSink: Send + 'static {
    /// Takes records, in the order in which they came; at most 1024 of them, or about a mebibyte, and
    /// never none.
    ///
    /// `Ok` says that they are where they belong: what a sink keeps back and loses later is counted
    /// by nobody.
    ///
    /// # Errors
    /// All `records` then count as dropped, and are not offered again. So they do if it panics, whatever
    /// it panics with; it is called with the next records all the same.
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError>;

    /// The last call: every [`Recorder`](crate::records::Recorder) handle is gone, and everything before was
    /// offered. `dropped` records were dropped since the last one that got through.
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
