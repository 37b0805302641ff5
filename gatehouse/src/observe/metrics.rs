//! Counters and histograms, with the feature `metrics`.

use std::time::Instant;

use metrics::{Key, Level, Metadata, Unit, with_recorder};

use super::answers::Answers;
use super::keys;
use super::question::AnyQuestion;
use crate::decision::Decision;
use crate::fact::FactError;
use crate::plan::PolicyInfo;

/// Describes gatehouse's metrics and their units to the recorder of the `metrics` facade. Call it once,
/// after the recorder is installed, if the recorder uses descriptions. The page `what_telemetry_says`
/// lists the metrics.
///
/// ```
/// gatehouse::describe_metrics();
/// ```
pub fn describe_metrics() {
    for (name, unit, text) in COUNTERS {
        with_recorder(|to| to.describe_counter(name.into(), Some(unit), text.into()));
    }
    for (name, unit, text) in HISTOGRAMS {
        with_recorder(|to| to.describe_histogram(name.into(), Some(unit), text.into()));
    }
}

const DECISIONS: &str = "gatehouse.decisions";
const FAILED: &str = "gatehouse.load.failed";
#[cfg(feature = "records")]
const DROPPED: &str = "gatehouse.records.dropped";
const DURATION: &str = "gatehouse.evaluation.duration";
const RESOURCES: &str = "gatehouse.evaluation.items";
const ROUNDS: &str = "gatehouse.evaluation.rounds";
const LOAD_DURATION: &str = "gatehouse.load.duration";
const LOAD_KEYS: &str = "gatehouse.load.keys";

const COUNTERS: [(&str, Unit, &str); 3] = [
    (DECISIONS, Unit::Count, "Decisions, by what was decided and by which policy."),
    (FAILED, Unit::Count, "Calls of sources of which a key or more failed."),
    ("gatehouse.records.dropped", Unit::Count, "Decision records that were dropped."),
];

const HISTOGRAMS: [(&str, Unit, &str); 5] = [
    (DURATION, Unit::Seconds, "How long an evaluation took."),
    (RESOURCES, Unit::Count, "How many resources an evaluation decided about."),
    (ROUNDS, Unit::Count, "How many round trips an evaluation took."),
    (LOAD_DURATION, Unit::Seconds, "How long a call of a source took."),
    (LOAD_KEYS, Unit::Count, "How many keys a source was asked for in a call."),
];

static METADATA: Metadata<'static> = Metadata::new("gatehouse", Level::INFO, Some(module_path!()));

fn count(key: &Key, by: u64) {
    with_recorder(|to| to.register_counter(key, &METADATA).increment(by));
}

#[allow(clippy::cast_precision_loss, reason = "no count reaches 2^52")]
fn measure(key: &Key, number: usize) {
    with_recorder(|to| to.register_histogram(key, &METADATA).record(number as f64));
}

fn time(key: &Key, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    with_recorder(|to| to.register_histogram(key, &METADATA).record(seconds));
}

/// Counts decisions: one increment for all of a page that are equal and name the same policy.
fn count_decisions(domain: &'static str, decisions: &[Option<Decision>]) {
    let report = |decision: &'static str, by: Option<&PolicyInfo>, number| {
        let policy = by.map_or("", |policy| policy.name);
        let labels = [("domain", domain), ("decision", decision), ("policy", policy)];
        keys::with(DECISIONS, &labels, |key| count(key, number));
    };
    if let [Some(decision)] = decisions {
        return report(decision.as_str(), decision.by(), 1);
    }
    let mut counts: Vec<(&'static str, Option<&'static PolicyInfo>, u64)> = Vec::new();
    for decision in decisions.iter().flatten() {
        let (name, by) = (decision.as_str(), decision.by());
        let address = |by: Option<&'static PolicyInfo>| by.map(std::ptr::from_ref);
        let same = |it: &&mut (_, _, _)| it.0 == name && address(it.1) == address(by);
        match counts.iter_mut().find(same) {
            Some((.., number)) => *number += 1,
            None => counts.push((name, by, 1)),
        }
    }
    for (name, by, number) in counts {
        report(name, by, number);
    }
}

/// The metrics of one evaluation.
pub(crate) struct EvaluationMetrics {
    started: Instant,
}

impl EvaluationMetrics {
    pub(crate) fn open() -> Self {
        Self { started: Instant::now() }
    }

    pub(crate) fn close(
        self,
        question: &dyn AnyQuestion,
        rounds: usize,
        decisions: &[Option<Decision>],
    ) {
        let domain = question.domain();
        let of_domain = [("domain", domain)];
        keys::with(DURATION, &of_domain, |key| time(key, self.started));
        keys::with(RESOURCES, &of_domain, |key| measure(key, decisions.len()));
        keys::with(ROUNDS, &of_domain, |key| measure(key, rounds));
        count_decisions(domain, decisions);
    }
}

/// Counts a decision that was made without async. Its duration is too short to be measured.
pub(crate) fn decided_locally(question: &dyn AnyQuestion, decision: &[Option<Decision>; 1]) {
    count_decisions(question.domain(), decision);
}

/// The metrics of one call of a source.
pub(crate) struct LoadMetrics {
    fact: &'static str,
    keys: usize,
    started: Instant,
}

impl LoadMetrics {
    pub(crate) fn open(fact: &'static str, keys: usize) -> Self {
        Self { fact, keys, started: Instant::now() }
    }

    pub(crate) fn close(&self, answers: &Answers<'_>) {
        self.end(answers.error.map(FactError::kind));
    }

    /// Reports the end of the load. `error` is the kind of its first failure.
    pub(crate) fn end(&self, error: Option<&'static str>) {
        let fact = [("fact", self.fact)];
        time(&keys::new_key(LOAD_DURATION, &fact), self.started);
        measure(&keys::new_key(LOAD_KEYS, &fact), self.keys);
        if let Some(error) = error {
            count(&keys::new_key(FAILED, &[("fact", self.fact), ("error", error)]), 1);
        }
    }
}

#[cfg(feature = "records")]
pub(crate) fn records_dropped(records: u64) {
    static KEY: Key = Key::from_static_name(DROPPED);
    count(&KEY, records);
}

#[cfg(test)]
mod tests {
    use super::{COUNTERS, HISTOGRAMS};

    #[test]
    fn the_page_has_every_metric() {
        let page = include_str!("../../doc/what-telemetry-says.md");
        for (name, ..) in COUNTERS.iter().chain(&HISTOGRAMS) {
            assert!(page.contains(&format!("| `{name}` |")), "{name} is not on the page");
        }
    }
}
