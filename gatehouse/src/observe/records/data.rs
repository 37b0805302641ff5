//! What is written down about a decision.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use crate::decision::Decision;
use crate::domain::Description;
use crate::explanation::{ConsultedFact, FactFound};

/// One decision, for the audit log: what a [`DecisionSink`](crate::records::DecisionSink) is given.
///
/// It serialises flat, with the fields of its [`EvaluationRecord`], and shows of failed facts their
/// names and what is safe to show, with the number of [those left out](crate::error::FailedFacts::more) as
/// `failed_more`; what says nothing is left out:
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
    /// What this record has in common with those of the same page.
    pub evaluation: Arc<EvaluationRecord>,
    /// The place of the resource on the page, from 0.
    pub item: usize,
    /// To what, as [`Domain::describe_resource`](crate::Domain::describe_resource) says it.
    pub resource: Description,
    /// What was decided, by which policy, and which facts failed.
    pub decision: Decision,
    /// The facts that it depends on; none unless the recorder is to
    /// [note them](crate::records::Recorder::with_facts).
    pub facts: Vec<ConsultedFact>,
    /// Records that were dropped since the last one that got through.
    pub dropped_before: u64,
}

/// Decisions of one evaluation, one after the other, on their way to the recorder's thread. Records
/// are made of them there: each has a share of the evaluation, and a counter of shares that two
/// threads turn at a time is slow.
pub(super) struct Stretch {
    pub(super) evaluation: Arc<EvaluationRecord>,
    /// The place of the first on the page.
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

/// What a record takes that has no texts, with an evaluation of its own, a share of the vectors that
/// it is in, and what the queue needs for it.
pub(super) const LEAST_BYTES: usize =
    size_of::<DecisionRecord>() + size_of::<EvaluationRecord>() + 2 * size_of::<Stretch>();

/// The memory that a record takes, about, and rather too much: what it shares with others counts for
/// each of them. What the source's own error holds is not known, and not counted.
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
    LEAST_BYTES
        + trace.as_ref().map_or(0, |trace| trace.len())
        + described
        + errors.sum::<usize>()
        + facts.capacity() * size_of::<ConsultedFact>()
        + texts.sum::<usize>()
}

impl Stretch {
    /// What its records take together.
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
    /// When it was decided.
    pub time: SystemTime,
    /// On which session.
    pub session: SessionId,
    /// In which trace, as [`Session::with_trace_id`](crate::Session::with_trace_id) says it.
    pub trace: Option<Arc<str>>,
    /// The name of the [`Domain`](crate::Domain), without its modules.
    pub domain: &'static str,
    /// Who asked, as [`Domain::describe_subject`](crate::Domain::describe_subject) says it.
    pub subject: Description,
    /// For what, as [`Domain::describe_action`](crate::Domain::describe_action) says it.
    pub action: Description,
    /// What else counts, as [`Domain::describe_context`](crate::Domain::describe_context) says it.
    pub context: Description,
    /// How many resources were asked about.
    pub items: usize,
    /// The round trips that it took.
    pub rounds: usize,
    /// The loads that it waited for.
    pub loads: usize,
    /// From its first poll to its decisions.
    pub duration: Duration,
}

/// Tells sessions apart, across processes too. It says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u128);

impl SessionId {
    pub(super) fn new() -> Self {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // `RandomState` is seeded by the system; the clock makes up for a poor seed.
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
