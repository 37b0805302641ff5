//! Counters and histograms, with the feature `metrics`; nothing without it.

#[cfg(feature = "metrics")]
mod on {
    use std::any::TypeId;
    use std::cell::RefCell;
    use std::time::Instant;

    use metrics::{Key, Label, Level, Metadata, Unit, with_recorder};

    use crate::gate::Decision;
    use crate::policy::PolicyInfo;
    use crate::telemetry::{Answers, domain_name};

    /// Tells the recorder of the `metrics` facade what gatehouse's metrics are and in which unit
    /// they are: once, after it is installed, if it wants to know. The page `what_telemetry_says`
    /// lists them.
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
    #[cfg(feature = "serde")]
    const DROPPED: &str = "gatehouse.records.dropped";
    const DURATION: &str = "gatehouse.evaluation.duration";
    const ITEMS: &str = "gatehouse.evaluation.items";
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
        (ITEMS, Unit::Count, "How many resources an evaluation decided about."),
        (ROUNDS, Unit::Count, "How many round trips an evaluation took."),
        (LOAD_DURATION, Unit::Seconds, "How long a call of a source took."),
        (LOAD_KEYS, Unit::Count, "How many keys a source was asked for in a call."),
    ];

    static METADATA: Metadata<'static> =
        Metadata::new("gatehouse", Level::INFO, Some(module_path!()));

    fn count(key: &Key, by: u64) {
        with_recorder(|to| to.register_counter(key, &METADATA).increment(by));
    }

    #[allow(clippy::cast_precision_loss, reason = "beyond 2^52 nobody counts")]
    fn measure(key: &Key, number: usize) {
        with_recorder(|to| to.register_histogram(key, &METADATA).record(number as f64));
    }

    fn time(key: &Key, started: Instant) {
        let seconds = started.elapsed().as_secs_f64();
        with_recorder(|to| to.register_histogram(key, &METADATA).record(seconds));
    }

    /// A metric's name with its labels. Allocates: the facade has no other way for labels that are
    /// not literals.
    fn key(name: &'static str, labels: &[(&'static str, &'static str)]) -> Key {
        let label = |&(key, value): &_| Label::from_static_parts(key, value);
        Key::from_parts(name, labels.iter().map(label).collect::<Vec<_>>())
    }

    /// The keys of one domain, kept so that a decision allocates none.
    struct DomainKeys {
        name: &'static str,
        duration: Key,
        items: Key,
        rounds: Key,
        decisions: Vec<Counted>,
    }

    /// A decision and the policy that it names.
    struct Counted {
        decision: &'static str,
        by: Option<&'static PolicyInfo>,
        key: Key,
        count: u64,
    }

    thread_local! {
        /// The keys of each domain that this thread met. They are taken out while the recorder runs:
        /// it is a user's, and may come back here.
        static KEYS: RefCell<Vec<(TypeId, Option<Box<DomainKeys>>)>> = const { RefCell::new(Vec::new()) };
    }

    impl DomainKeys {
        fn new(name: &'static str) -> Self {
            let of_domain = |metric| key(metric, &[("domain", name)]);
            Self {
                name,
                duration: of_domain(DURATION),
                items: of_domain(ITEMS),
                rounds: of_domain(ROUNDS),
                decisions: Vec::new(),
            }
        }

        /// One more of these. By address: the same policy at two is counted twice under one name.
        fn note(&mut self, decision: &Decision) {
            let (name, by) = (decision.as_str(), decision.by());
            let same = |it: &&mut Counted| {
                it.decision == name && it.by.map(std::ptr::from_ref) == by.map(std::ptr::from_ref)
            };
            if let Some(known) = self.decisions.iter_mut().find(same) {
                known.count += 1;
                return;
            }
            let policy = by.map_or("", |policy| policy.name);
            let labels = [("domain", self.name), ("decision", name), ("policy", policy)];
            let key = key(DECISIONS, &labels);
            self.decisions.push(Counted { decision: name, by, key, count: 1 });
        }

        fn tell(&mut self) {
            for counted in self.decisions.iter_mut().filter(|counted| counted.count > 0) {
                count(&counted.key, std::mem::take(&mut counted.count));
            }
        }
    }

    fn take_keys<D: 'static>() -> Box<DomainKeys> {
        let domain = TypeId::of::<D>();
        let known = KEYS.with_borrow_mut(|keys| {
            keys.iter_mut().find(|(of, _)| *of == domain).and_then(|(_, keys)| keys.take())
        });
        known.unwrap_or_else(|| Box::new(DomainKeys::new(domain_name::<D>())))
    }

    fn put_back<D: 'static>(taken: Box<DomainKeys>) {
        let domain = TypeId::of::<D>();
        KEYS.with_borrow_mut(|keys| match keys.iter_mut().find(|(of, _)| *of == domain) {
            Some((_, keys)) => *keys = Some(taken),
            None => keys.push((domain, Some(taken))),
        });
    }

    /// What is measured of one evaluation.
    pub(crate) struct EvaluationMetrics {
        started: Instant,
    }

    impl EvaluationMetrics {
        pub(crate) fn open() -> Self {
            Self { started: Instant::now() }
        }

        pub(crate) fn close<D: 'static>(self, rounds: usize, decisions: &[Option<Decision>]) {
            let mut keys = take_keys::<D>();
            time(&keys.duration, self.started);
            measure(&keys.items, decisions.len());
            measure(&keys.rounds, rounds);
            decisions.iter().flatten().for_each(|decision| keys.note(decision));
            keys.tell();
            put_back::<D>(keys);
        }
    }

    /// What is measured of one call of a source.
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
            self.end(answers.error.map(|error| error.kind()));
        }

        /// The load is over; `error` says why a key of it failed.
        pub(crate) fn end(&self, error: Option<&'static str>) {
            let fact = [("fact", self.fact)];
            time(&key(LOAD_DURATION, &fact), self.started);
            measure(&key(LOAD_KEYS, &fact), self.keys);
            if let Some(error) = error {
                count(&key(FAILED, &[("fact", self.fact), ("error", error)]), 1);
            }
        }
    }

    #[cfg(feature = "serde")]
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
}

#[cfg(not(feature = "metrics"))]
#[allow(clippy::unused_self, reason = "the same shape as with the feature")]
mod off {
    use crate::gate::Decision;
    use crate::telemetry::Answers;

    pub(crate) struct EvaluationMetrics;

    impl EvaluationMetrics {
        pub(crate) fn open() -> Self {
            Self
        }

        pub(crate) fn close<D>(self, _rounds: usize, _decisions: &[Option<Decision>]) {}
    }

    pub(crate) struct LoadMetrics;

    impl LoadMetrics {
        pub(crate) fn open(_fact: &'static str, _keys: usize) -> Self {
            Self
        }

        pub(crate) fn close(&self, _answers: &Answers<'_>) {}

        pub(crate) fn end(&self, _error: Option<&'static str>) {}
    }

    #[cfg(feature = "serde")]
    pub(crate) fn records_dropped(_records: u64) {}
}

#[cfg(all(not(feature = "metrics"), feature = "serde"))]
pub(crate) use off::records_dropped;
#[cfg(not(feature = "metrics"))]
pub(crate) use off::{EvaluationMetrics, LoadMetrics};
#[cfg(feature = "metrics")]
pub use on::describe_metrics;
#[cfg(all(feature = "metrics", feature = "serde"))]
pub(crate) use on::records_dropped;
#[cfg(feature = "metrics")]
pub(crate) use on::{EvaluationMetrics, LoadMetrics};
