//! The serialised form of a record: flat, and without texts that are unsafe to show.

use serde::{Serialize, Serializer};

use super::data::DecisionRecord;
use super::time::Timestamp;
use crate::decision::Decision;
use crate::explanation::{ConsultedFact, FactFound, FactRead};
use crate::plan::{Effect, Location, PolicyInfo};

#[derive(Serialize)]
struct Line<'r> {
    time: Text<Timestamp>,
    session: Text<super::SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'r str>,
    domain: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'r str>,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
    #[serde(skip_serializing_if = "is_zero")]
    failed_more: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<Read<'r>>,
    item: usize,
    items: usize,
    rounds: usize,
    loads: usize,
    duration_ns: u64,
    #[serde(skip_serializing_if = "is_zero")]
    dropped_before: u64,
}

#[derive(Serialize)]
struct Policy {
    name: &'static str,
    effect: Effect,
    #[serde(skip_serializing_if = "str::is_empty")]
    docs: &'static str,
    file: &'static str,
    line: u32,
}

#[derive(Serialize)]
struct Read<'r> {
    policy: &'static str,
    fact: &'static str,
    key: &'r str,
    found: &'r FactFound,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    derived_at: Option<Text<Location>>,
}

impl<'r> From<&'r ConsultedFact> for Read<'r> {
    fn from(ConsultedFact { policy, read }: &'r ConsultedFact) -> Self {
        let FactRead { fact, key, found, source, location, .. } = read;
        let derived_at = location.map(Text);
        Self { policy: policy.name, fact, key, found, source: *source, derived_at }
    }
}

#[derive(Serialize)]
struct Failed {
    fact: &'static str,
    error: String,
}

/// A value that serialises as its `Display`.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<&'static PolicyInfo> for Policy {
    fn from(policy: &'static PolicyInfo) -> Self {
        let PolicyInfo { name, effect, docs, location, .. } = *policy;
        Self { name, effect, docs, file: location.file, line: location.line }
    }
}

fn failed(decision: &Decision) -> Vec<Failed> {
    let Decision::Indeterminate { failed, .. } = decision else { return Vec::new() };
    // The text of an error is safe to show. The source's own error is not serialised.
    let failed = failed.iter();
    failed.map(|failed| Failed { fact: failed.fact, error: failed.error.to_string() }).collect()
}

fn failed_more(decision: &Decision) -> u64 {
    match decision {
        Decision::Indeterminate { failed, .. } => failed.more() as u64,
        _ => 0,
    }
}

impl Serialize for DecisionRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { evaluation, item, resource, decision, facts, dropped_before } = self;
        let line = Line {
            time: Text(Timestamp(evaluation.time)),
            session: Text(evaluation.session),
            trace: evaluation.trace.as_deref(),
            domain: evaluation.domain,
            subject: evaluation.subject.as_str(),
            action: evaluation.action.as_str(),
            resource: resource.as_str(),
            context: evaluation.context.as_str(),
            decision: decision.as_str(),
            policy: decision.by().map(Policy::from),
            failed: failed(decision),
            failed_more: failed_more(decision),
            facts: facts.iter().map(Read::from).collect(),
            item: *item,
            items: evaluation.items,
            rounds: evaluation.rounds,
            loads: evaluation.loads,
            duration_ns: evaluation.duration.as_nanos().try_into().unwrap_or(u64::MAX),
            dropped_before: *dropped_before,
        };
        line.serialize(serializer)
    }
}
