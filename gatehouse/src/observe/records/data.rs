//! Decision records as data.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use crate::decision::Decision;
use crate::domain::Description;
use crate::explanation::{ConsultedFact, FactFound};

/// One decision, for the audit log. A [`DecisionSink`](crate::records::DecisionSink) receives these.
///
/// It serialises flat, with the fields of its [`EvaluationRecord`]. Of a failed fact it has the name and
/// the safe text; `failed_more` is the number of [those left out](crate::error::FailedFacts::more). Empty fields
/// are left out:
///
/// ```json
/// {"time":"2026-11-21T16:24:05.123456Z","session":"6f0e…","trace":"4bf9…","domain":"Documents",
///  "subject":"7","action":"read","resource":"document 1","decision":"allow",
///  "policy":{"name":"owner","effect":"permit","docs":"Owners do anything to their documents.",
///            "file":"src/policies.rs","line":12},
///  "item":0,"items":1,"rounds":1,"loads":1,"duration_ns":51200}
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecisionRecord {
    /// The evaluation, which all records of a page share.
    pub evaluation: Arc<EvaluationRecord>,
    /// The index of the resource on the page, from 0.
    pub item: usize,
    /// The resource, as [`Domain::describe_resource`](crate::Domain::describe_resource) describes it.
    pub resource: Description,
    /// The decision, with its policy and its failed facts.
    pub decision: Decision,
    /// The facts that it depends on, if the recorder [records facts](crate::records::Recorder::with_facts); otherwise
    /// none.
    pub facts: Vec<ConsultedFact>,
    /// The number of records that were dropped since the last one that the sink took.
    pub dropped_before: u64,
}

/// Successive decisions of one evaluation, on their way to the recorder's thread. Records are built on
/// that thread, because each clones the `Arc` of the evaluation, and two threads that contend on its count
/// are slow.
pub(super) struct DecisionChunk {
    pub(super) evaluation: Arc<EvaluationRecord>,
    /// The index of the first on the page.
    pub(super) first: usize,
    pub(super) decided: Vec<Decided>,
}

/// A decision about one resource.
pub(super) struct Decided {
    pub(super) resource: Description,
    pub(super) decision: Decision,
    pub(super) facts: Vec<ConsultedFact>,
}

impl Decided {
    /// See [`bytes`].
    pub(super) fn bytes(&self, evaluation: &EvaluationRecord) -> usize {
        bytes(evaluation, &self.resource, &self.decision, &self.facts)
    }
}

impl DecisionRecord {
    /// See [`bytes`].
    pub(super) fn bytes(&self) -> usize {
        bytes(&self.evaluation, &self.resource, &self.decision, &self.facts)
    }
}

/// The bytes of a record without texts, with an evaluation of its own, and its part of the vectors and of
/// the queue.
pub(super) const MIN_BYTES: usize =
    size_of::<DecisionRecord>() + size_of::<EvaluationRecord>() + 2 * size_of::<DecisionChunk>();

/// An estimate of the memory of a record, rather too high: data that records share count for each of
/// them. The size of a source's own error is unknown and not counted.
fn bytes(
    evaluation: &EvaluationRecord,
    resource: &Description,
    decision: &Decision,
    facts: &Vec<ConsultedFact>,
) -> usize {
    let EvaluationRecord { trace, subject, action, context, .. } = evaluation;
    let described = [subject, action, context, resource];
    let described = described.map(|it| it.as_str().map_or(0, str::len)).iter().sum::<usize>();
    let failed = match decision {
        Decision::Indeterminate { failed, .. } => &**failed,
        _ => &[],
    };
    let errors = failed.iter().map(|failed| size_of_val(failed) + failed.error.text().bytes());
    let texts = facts.iter().map(|ConsultedFact { read, .. }| {
        let found = match &read.found {
            FactFound::Value(text) | FactFound::Missing(Some(text)) | FactFound::Failed(text) => {
                text.bytes()
            }
            _ => 0,
        };
        read.key.bytes() + found
    });
    MIN_BYTES
        + trace.as_ref().map_or(0, |trace| trace.len())
        + described
        + errors.sum::<usize>()
        + facts.capacity() * size_of::<ConsultedFact>()
        + texts.sum::<usize>()
}

impl DecisionChunk {
    /// The bytes of all its records.
    pub(super) fn bytes(&self) -> usize {
        self.decided.iter().map(|decided| decided.bytes(&self.evaluation)).sum()
    }

    pub(super) fn records(self) -> impl Iterator<Item = DecisionRecord> {
        let Self { evaluation, first, decided } = self;
        (first..).zip(decided).map(move |(item, Decided { resource, decision, facts })| {
            let evaluation = Arc::clone(&evaluation);
            DecisionRecord { evaluation, item, resource, decision, facts, dropped_before: 0 }
        })
    }
}

/// One evaluation: a call of `check`, `authorize`, `check_all`, `filter`, …
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EvaluationRecord {
    /// The time of the decisions.
    pub time: SystemTime,
    /// The session.
    pub session: SessionId,
    /// The trace, from [`Session::with_trace_id`](crate::Session::with_trace_id).
    pub trace: Option<Arc<str>>,
    /// The name of the [`Domain`](crate::Domain), without its modules.
    pub domain: &'static str,
    /// The subject, as [`Domain::describe_subject`](crate::Domain::describe_subject) describes it.
    pub subject: Description,
    /// The action, as [`Domain::describe_action`](crate::Domain::describe_action) describes it.
    pub action: Description,
    /// The context, as [`Domain::describe_context`](crate::Domain::describe_context) describes it.
    pub context: Description,
    /// The number of resources.
    pub items: usize,
    /// The number of round trips.
    pub rounds: usize,
    /// The number of loads that it waited for.
    pub loads: usize,
    /// The time from its first poll to its decisions.
    pub duration: Duration,
}

/// An identifier that is unique to a session, across processes too. It has no other meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u128);

impl SessionId {
    pub(super) fn new() -> Self {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // The system seeds `RandomState`; the clock is added in case the seed is poor.
        let process = *PROCESS.get_or_init(|| RandomState::new().hash_one(SystemTime::now()));
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(u128::from(process) << 64 | u128::from(count))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
