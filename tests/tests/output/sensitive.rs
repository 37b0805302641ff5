//! `#[sensitive]`: a marked part is in no output.

use std::fmt::Write;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::executor::block_on;
use gatehouse::error::FilterError;
use gatehouse::prelude::*;
use gatehouse::records::{JsonLines, Recorder};
use gatehouse::testing::{FactTable, assert_allow, report};
use gatehouse_tests::PATIENCE;
use gatehouse_tests::spans::collected;
use metrics_util::debugging::DebuggingRecorder;

/// A sensitive key part. The numbers of users and documents are not secret.
const PATIENT: u64 = 48_151_623;
/// A sensitive value.
const DIAGNOSIS: &str = "lycanthropy";
/// The text of a source's error, which is for the service's own log only.
const PASSWORD: &str = "swordfish";

struct Clinic;
impl Domain for Clinic {
    type Subject = u64;
    type Action = ();
    type Resource = Chart;
    type Context = ();
}

struct Chart {
    id: u64,
    patient: u64,
}

fact! {
    /// What `patient` has.
    #[sensitive]
    pub Diagnosis(#[sensitive] patient: u64) -> String;
    /// The same with a default, which is a value like any other.
    #[sensitive]
    pub Rumour(#[sensitive] patient: u64) -> String = DIAGNOSIS.to_owned();
    /// A derived fact is as sensitive as its inputs.
    pub Ward(#[sensitive] patient: u64) -> Option<String> {
        let diagnosis = Diagnosis(patient).await.unwrap_or_default();
        Some(format!("the ward for {diagnosis}"))
    }
    /// Its value is not sensitive.
    pub Curable(#[sensitive] patient: u64) -> bool {
        Diagnosis(patient).await.is_none_or(|diagnosis| diagnosis.len() < 5)
    }
    /// Its value is the sensitive key part.
    pub Echo(#[sensitive] patient: u64) -> Option<u64> {
        if Treats(1, patient).await { Some(patient) } else { None }
    }
    pub Treats(doctor: u64, #[sensitive] patient: u64) -> bool = false;
    #[required]
    pub Admitted(#[sensitive] patient: u64) -> u64;
}

#[policy(forbid)]
async fn quarantine(_: &u64, chart: &Chart) -> bool {
    Rumour(chart.patient).await.is_empty() || Curable(chart.patient).await
}

#[policy]
async fn treats(doctor: &u64, chart: &Chart) -> bool {
    Treats(*doctor, chart.patient).await
        && Ward(chart.patient).await.is_some()
        && Echo(chart.patient).await.is_some()
}

#[policy]
async fn admitted(_: &u64, chart: &Chart) -> bool {
    Admitted(chart.patient).await? > chart.id
}

static GATE: Gate<Clinic, (quarantine, treats, admitted)> = Gate::new();

/// A table for each kind of decision.
fn tables() -> [FactTable; 4] {
    let known = || FactTable::new().with(Diagnosis(PATIENT), DIAGNOSIS.to_owned());
    let treated = || known().with(Treats(1, PATIENT), true);
    [
        treated().with(Admitted(PATIENT), 5),
        known().with(Admitted(PATIENT), 0),
        treated().with(Rumour(PATIENT), String::new()),
        known().failing(Treats(1, PATIENT), FactError::new(PASSWORD)),
    ]
}

/// What a recorder writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<String>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A decision and its error. The sources' own errors are for the service's log.
fn decided(decision: Decision) -> String {
    let text = format!("{decision} {decision:?}");
    decision
        .into_result()
        .map_or_else(|error| format!("{text} {error} {error:?}"), |_| text.clone())
}

/// All output about a chart.
fn everything(table: FactTable, text: &mut String) {
    let written = Written::default();
    let recorder = Recorder::new(JsonLines::new(written.clone())).unwrap().with_facts();
    writeln!(text, "{table:?}").unwrap();
    let session = Session::new(table).with_recorder(&recorder);
    let access = GATE.bind(&session, &1, &());
    let charts = [Chart { id: 3, patient: PATIENT }];
    let explanation = block_on(access.explain(&charts[0]));
    writeln!(text, "{explanation} {explanation:?} {}", explanation.colored()).unwrap();
    text.push_str(&explanation.to_markdown());
    text.push_str(&serde_json::to_string(&explanation).unwrap());
    text.push_str(&decided(block_on(access.check(&charts[0]))));
    text.push_str(&block_on(report(&access, &charts[0])));
    if let Err(undecided) = block_on(access.filter(&charts)) {
        writeln!(text, "{undecided} {undecided:?}").unwrap();
        let undecided = FilterError::into_undecided(undecided);
        writeln!(text, "{undecided}").unwrap();
    }
    let failed =
        catch_unwind(AssertUnwindSafe(|| assert_allow!(access, &charts[0], by = admitted)));
    if let Err(panic) = failed {
        text.push_str(panic.downcast_ref::<String>().unwrap());
    }
    writeln!(text, "{session:?} {GATE:?} {}", GATE.plan()).unwrap();
    recorder.flush(PATIENCE).unwrap();
    text.push_str(&written.0.lock().unwrap());
}

#[test]
fn no_output_shows_a_sensitive_part() {
    let (mut text, mut spans) = (String::new(), Vec::new());
    let metrics = DebuggingRecorder::new();
    let snapshots = metrics.snapshotter();
    metrics::with_local_recorder(&metrics, || {
        spans = collected(|| {
            for table in tables() {
                everything(table, &mut text);
            }
        });
    });
    writeln!(text, "{:?}", snapshots.snapshot().into_vec()).unwrap();
    text.push_str(&spans.join("\n"));
    text.push_str(&keys_and_answers());

    // All kinds of output are there: the test can find what it searches for.
    for expected in [
        "Diagnosis { patient: <sensitive> }",
        "Ward",
        "Echo { patient: <sensitive> } is not shown",
        "is not shown",
        "admitted",
        "\"decision\":\"indeterminate\"",
        "gatehouse",
        "Treats { doctor: 1, patient: <sensitive> }",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
    for secret in [PATIENT.to_string().as_str(), DIAGNOSIS, PASSWORD] {
        let around = text.lines().filter(|line| line.contains(secret)).collect::<Vec<_>>();
        assert!(around.is_empty(), "`{secret}` is in:\n{}", around.join("\n"));
    }
}

/// The `Debug` texts of keys and of a source's answer.
fn keys_and_answers() -> String {
    let answer: Loaded<Diagnosis> =
        [(Diagnosis(PATIENT), DIAGNOSIS.to_owned())].into_iter().collect();
    format!("{:?} {:#?} {answer:?}", Diagnosis(PATIENT), Treats(1, PATIENT))
}

/// The reverse: without the marks, all of it is shown.
#[test]
fn unmarked_parts_are_shown() {
    fact! { pub Open(patient: u64) -> String; }
    #[policy]
    async fn open(_: &u64, chart: &Chart) -> bool {
        Open(chart.patient).await.is_some()
    }
    static GATE: Gate<Clinic, open> = Gate::new();
    let table = FactTable::new().with(Open(PATIENT), DIAGNOSIS.to_owned());
    let session = Session::new(table);
    let access = GATE.bind(&session, &1, &());
    let chart = Chart { id: 3, patient: PATIENT };
    let text = report(&access, &chart).now_or_never().unwrap();
    assert!(text.contains(&format!("Open {{ patient: {PATIENT} }} is \"{DIAGNOSIS}\"")), "{text}");
}
