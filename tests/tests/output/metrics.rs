//! Counters and histograms of the `metrics` facade.

use std::collections::BTreeMap;

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Documents;
use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

fact! {
    pub Level(user: u64) -> u64;
    pub Suspended(user: u64) -> bool = false;
}

#[policy(forbid)]
async fn suspended(user: &u64) -> bool {
    Suspended(*user).await
}

#[policy]
fn own(user: &u64, doc: &u64) -> bool {
    user == doc
}

#[policy]
async fn high(user: &u64, doc: &u64) -> bool {
    Level(*user).await? >= *doc
}

/// A user's level is the user's number; 13 fails, and the source of `Suspended` panics for it.
struct Users;

impl FactSource<Level> for Users {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        if keys.iter().any(|key| key.user == 13) {
            return Err(FactError::new("the password is swordfish"));
        }
        Ok(keys.iter().map(|key| (key.clone(), key.user)).collect())
    }
}

impl FactSource<Suspended> for Users {
    async fn load(&self, keys: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
        assert!(keys.iter().all(|key| key.user != 13), "unlucky");
        Ok(keys.iter().map(|key| (key.clone(), key.user == 66)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Level, Suspended)]
    users: Users,
}

static GATE: Gate<Documents, (suspended, own, high)> = Gate::new();
static LOCAL: Gate<Documents, own> = Gate::new();

/// The metrics that `run` records: names with labels, and their counts or samples.
fn metrics_of(run: impl FnOnce()) -> BTreeMap<String, Vec<f64>> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, run);
    let mut samples = BTreeMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (kind, key) = key.into_parts();
        let labels: Vec<_> =
            key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        let name = format!("{} {}", key.name(), labels.join(" "));
        let values = match value {
            DebugValue::Counter(count) => {
                assert_eq!(kind, MetricKind::Counter);
                vec![f64::from(u32::try_from(count).expect("a small number"))]
            }
            DebugValue::Histogram(samples) => samples.into_iter().map(f64::from).collect(),
            DebugValue::Gauge(_) => panic!("there are no gauges"),
        };
        samples.insert(name.trim_end().to_owned(), values);
    }
    samples
}

fn ask(user: u64, docs: &[u64]) -> Vec<Decision> {
    let session = Session::new(Facts { users: Users });
    block_on(GATE.bind(&session, &user, &()).check_all(docs))
}

#[test]
fn decisions_are_counted_by_policy_and_outcome() {
    let samples = metrics_of(|| {
        let _ = ask(7, &[7, 1, 2, 9]);
        let _ = ask(66, &[1]);
        let _ = ask(13, &[1, 2]);
    });
    let decisions: Vec<_> =
        samples.iter().filter(|(name, _)| name.starts_with("gatehouse.decisions")).collect();
    assert_eq!(
        decisions,
        [
            (&"gatehouse.decisions domain=Documents decision=allow policy=high".into(), &vec![2.0]),
            (&"gatehouse.decisions domain=Documents decision=allow policy=own".into(), &vec![1.0]),
            (&"gatehouse.decisions domain=Documents decision=deny policy=".into(), &vec![1.0]),
            (
                &"gatehouse.decisions domain=Documents decision=deny policy=suspended".into(),
                &vec![1.0]
            ),
            (
                &"gatehouse.decisions domain=Documents decision=indeterminate policy=suspended"
                    .into(),
                &vec![2.0]
            ),
        ]
    );
}

#[test]
fn rounds_resources_and_loads_are_measured() {
    let recorded = metrics_of(|| {
        let _ = ask(7, &[7, 1, 2, 9]);
    });
    assert_eq!(recorded["gatehouse.evaluation.items domain=Documents"], [4.0]);
    assert_eq!(recorded["gatehouse.evaluation.rounds domain=Documents"], [1.0]);
    assert_eq!(recorded["gatehouse.evaluation.duration domain=Documents"].len(), 1);
    for fact in ["Level", "Suspended"] {
        assert_eq!(recorded[&format!("gatehouse.load.keys fact={fact}")], [1.0]);
        assert_eq!(recorded[&format!("gatehouse.load.duration fact={fact}")].len(), 1);
    }
    assert!(
        !recorded.keys().any(|name| name.starts_with("gatehouse.load.failed")),
        "{recorded:#?}"
    );
}

#[test]
fn loads_that_fail_are_counted_by_what_happened() {
    let recorded = metrics_of(|| {
        let _ = ask(13, &[1]);
    });
    assert_eq!(recorded["gatehouse.load.failed fact=Level error=source"], [1.0]);
    assert_eq!(recorded["gatehouse.load.failed fact=Suspended error=panic"], [1.0]);
    assert!(!format!("{recorded:?}").contains("swordfish"));
}

#[test]
fn a_local_decision_is_counted_by_each_recorder() {
    let session = Session::new(Facts { users: Users });
    for count in 1..=2_u32 {
        let recorded = metrics_of(|| {
            for doc in 0..count {
                let _ = LOCAL.bind(&session, &9, &()).check_local(&u64::from(doc));
            }
        });
        let denied = &recorded["gatehouse.decisions domain=Documents decision=deny policy="];
        assert_eq!(*denied, [f64::from(count)]);
    }
}

#[test]
fn metrics_can_be_described() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        gatehouse::describe_metrics();
        let _ = ask(13, &[1]);
    });
    for (key, unit, text, _) in snapshotter.snapshot().into_vec() {
        assert!(unit.is_some() && text.is_some(), "{key:?}");
    }
}

struct Nowhere;

impl gatehouse::records::DecisionSink for Nowhere {
    fn write(
        &mut self,
        _: &[gatehouse::records::DecisionRecord],
    ) -> Result<(), gatehouse::records::SinkError> {
        Ok(())
    }
}

#[test]
fn records_that_are_dropped_are_counted() {
    let recorded = metrics_of(|| {
        let full = gatehouse::records::Recorder::with_capacity(Nowhere, 0).unwrap();
        let session = Session::new(Facts { users: Users }).with_recorder(&full);
        let decisions = block_on(GATE.bind(&session, &7, &()).check_all([7, 1, 2]));
        assert!(decisions.iter().all(Decision::is_allow));
        assert_eq!(full.dropped(), 3);
    });
    assert_eq!(recorded["gatehouse.records.dropped"], [3.0]);
}
