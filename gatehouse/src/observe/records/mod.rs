//! Decision records, for the audit log: made by evaluations, written by a thread of their own.
//!
//! - `data`: a record; `line`: its serialised form; `time`: its timestamp;
//! - `queue`: the bounded queue from evaluations to the recorder's thread, and its counts;
//! - `recorder`: the handle of the queue; `worker`: the thread, which feeds the sink;
//! - `sink`: the trait of sinks; `json`: a sink that writes lines of JSON;
//! - `audit`: the recorder of a session, and the recording of an evaluation.

mod audit;
mod data;
#[cfg(feature = "json")]
mod json;
mod line;
mod queue;
mod recorder;
mod sink;
mod time;
mod worker;

pub(crate) use self::audit::{AuditContext, RecordedPage, Recording};
pub use self::data::{DecisionRecord, EvaluationRecord, SessionId};
#[cfg(feature = "json")]
pub use self::json::JsonLines;
pub use self::recorder::{NotFlushed, Recorder};
pub use self::sink::{DecisionSink, SinkError};
