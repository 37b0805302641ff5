//! Decision records: what was decided, for the audit log, off the path of the evaluation.
//!
//! - `data`: a record; `line`: how it is written; `time`: its clock;
//! - `queue`: the bounded way from evaluations to the recorder's thread, and its counts;
//! - `recorder`: the handle and the thread; `sink`: where records go; `json`: one such place;
//! - `audit`: what a session knows of all this, and the taking of records; `off`: its twin that does
//!   nothing, for builds without the feature `records`.

mod audit;
mod data;
#[cfg(feature = "json")]
mod json;
mod line;
mod queue;
mod recorder;
mod sink;
mod time;

pub(crate) use self::audit::{Page, Recording, Trail};
pub use self::data::{DecisionRecord, EvaluationRecord, SessionId};
#[cfg(feature = "json")]
pub use self::json::JsonLines;
pub use self::recorder::{NotFlushed, Recorder};
pub use self::sink::{DecisionSink, SinkError};
