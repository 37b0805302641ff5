//! Spans and events: their fields, and that no key, value or source text is in one.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Documents;
use gatehouse_tests::spans::collected;

fact! {
    pub Level(user: u64) -> u64;
}

#[policy]
async fn high(user: &u64, doc: &u64) -> bool {
    Level(*user).await? >= *doc
}

#[policy]
fn own(user: &u64, doc: &u64) -> bool {
    user == doc
}

/// A key and a value that must not be in any span or event.
const SECRET_USER: u64 = 987_654_321;
const SECRET_LEVEL: u64 = 123_456_789;

#[derive(Clone, Copy)]
enum Source {
    Answers,
    Fails,
    Panics,
    Hangs,
    /// Answers keys that were not requested, one of them twice.
    SpellsOtherwise,
    /// Answers the same keys, and declares it.
    AnswersMore,
}

struct Levels(Source);

impl FactSource<Level> for Levels {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        let spelt_otherwise = || [1, 2, 1].map(|user| (Level(user), SECRET_LEVEL)).into_iter();
        match self.0 {
            Source::Answers => {}
            Source::SpellsOtherwise => return Ok(spelt_otherwise().collect()),
            Source::AnswersMore => {
                return Ok(spelt_otherwise().collect::<Loaded<_>>().more_than_asked());
            }
            Source::Fails => return Err(FactError::new("the password is swordfish")),
            Source::Panics => panic!("the password is swordfish"),
            Source::Hangs => std::future::pending().await,
        }
        let foreign = (Level(1), 1);
        Ok(keys.iter().map(|key| (key.clone(), SECRET_LEVEL)).chain([foreign]).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Level)]
    levels: Levels,
}

static GATE: Gate<Documents, high> = Gate::new();

fn lines_of(source: Source) -> Vec<String> {
    collected(|| {
        let session = Session::new(Facts { levels: Levels(source) });
        let access = GATE.bind(&session, &SECRET_USER, &());
        // With a source that hangs, the check is pending, and dropped.
        let _ = access.check_all([1_u64, u64::MAX]).now_or_never();
    })
}

#[test]
fn the_spans_and_events_of_an_evaluation() {
    assert_eq!(
        lines_of(Source::Answers),
        [
            "span gatehouse.evaluate otel.name=evaluate Documents gatehouse.domain=\"Documents\" gatehouse.items=2",
            "span gatehouse.load otel.name=load Level gatehouse.fact=\"Level\" gatehouse.keys=1",
            "WARN gatehouse message=a source answered keys that nobody asked for; what it left out failed gatehouse.keys=1",
            "record gatehouse.load gatehouse.found=1",
            "record gatehouse.load gatehouse.missing=0",
            "record gatehouse.load gatehouse.failed=0",
            "record gatehouse.evaluate gatehouse.rounds=1",
            "record gatehouse.evaluate gatehouse.loads=1",
            "record gatehouse.evaluate gatehouse.allowed=1",
            "record gatehouse.evaluate gatehouse.denied=1",
            "record gatehouse.evaluate gatehouse.indeterminate=0",
            "INFO gatehouse::decision message=decided gatehouse.decision=\"allow\" gatehouse.policy=\"high\"",
            "INFO gatehouse::decision message=decided gatehouse.decision=\"deny\"",
        ]
    );
}

#[test]
fn a_failure_is_reported_without_the_sources_text() {
    let lines = lines_of(Source::Fails);
    for line in [
        "record gatehouse.load gatehouse.failed=1",
        "record gatehouse.load error.type=\"source\"",
        "record gatehouse.load otel.status_code=\"ERROR\"",
        "record gatehouse.load otel.status_description=its source failed",
        "record gatehouse.evaluate gatehouse.indeterminate=2",
        "record gatehouse.evaluate otel.status_code=\"ERROR\"",
        "record gatehouse.evaluate otel.status_description=2 of 2 indeterminate",
        "INFO gatehouse::decision message=decided gatehouse.decision=\"indeterminate\" gatehouse.policy=\"high\"",
    ] {
        assert!(lines.iter().any(|it| it == line), "{line} is not in {lines:#?}");
    }
}

#[test]
fn unrequested_keys_are_reported_unless_declared() {
    let lines = lines_of(Source::SpellsOtherwise);
    for line in [
        "WARN gatehouse message=a source answered keys that nobody asked for; what it left out failed gatehouse.keys=2",
        "record gatehouse.load gatehouse.missing=0",
        "record gatehouse.load gatehouse.failed=1",
        "record gatehouse.load error.type=\"unasked\"",
        "record gatehouse.evaluate gatehouse.indeterminate=2",
    ] {
        assert!(lines.iter().any(|it| it == line), "{line} is not in {lines:#?}");
    }
    let lines = lines_of(Source::AnswersMore);
    assert!(lines.contains(&"record gatehouse.load gatehouse.missing=1".into()), "{lines:#?}");
    assert!(lines.contains(&"record gatehouse.load gatehouse.failed=0".into()), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.starts_with("WARN")), "{lines:#?}");
}

#[test]
fn a_load_that_ends_without_an_answer_says_how() {
    let panicked = lines_of(Source::Panics);
    assert!(
        panicked.contains(&"record gatehouse.load error.type=\"panic\"".into()),
        "{panicked:#?}"
    );
    let cancelled = lines_of(Source::Hangs);
    let abandoned = "record gatehouse.load error.type=\"abandoned\"".to_owned();
    assert!(cancelled.contains(&abandoned), "{cancelled:#?}");
    assert!(!cancelled.iter().any(|line| line.contains("decided")), "{cancelled:#?}");
}

/// Answers at its second poll, and records the span of each poll.
struct SpanObserver(Arc<Mutex<Vec<String>>>);

impl FactSource<Level> for SpanObserver {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        let look = || {
            let span = tracing::Span::current();
            self.0.lock().unwrap().push(span.metadata().map_or("none", |it| it.name()).to_owned());
        };
        look();
        tokio::task::yield_now().await;
        look();
        Ok(keys.iter().map(|key| (key.clone(), 7)).collect())
    }
}

#[derive(Sources)]
struct ObservedFacts {
    #[loads(Level)]
    levels: SpanObserver,
}

#[test]
fn a_source_runs_in_the_span_of_its_load_at_each_poll_and_nothing_else_does() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let _ = collected(|| {
        let session = Session::new(ObservedFacts { levels: SpanObserver(Arc::clone(&seen)) });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(GATE.bind(&session, &7, &()).check(&7)).is_allow());
        assert!(tracing::Span::current().is_disabled(), "it is left");
    });
    assert_eq!(*seen.lock().unwrap(), ["gatehouse.load", "gatehouse.load"]);
}

#[test]
fn a_local_decision_is_an_event_too() {
    static LOCAL: Gate<Documents, own> = Gate::new();
    let lines = collected(|| {
        let session = Session::new(Facts { levels: Levels(Source::Answers) });
        assert!(LOCAL.bind(&session, &7, &()).check_local(&7).is_allow());
    });
    let line = "INFO gatehouse::decision message=decided gatehouse.decision=\"allow\" gatehouse.policy=\"own\"";
    assert_eq!(lines.last().map(String::as_str), Some(line));
}

#[test]
fn no_key_value_or_source_text_is_in_a_span() {
    let sources = [
        Source::Answers,
        Source::Fails,
        Source::Panics,
        Source::Hangs,
        Source::SpellsOtherwise,
        Source::AnswersMore,
    ];
    let all = sources.map(lines_of).concat().join("\n");
    for secret in [SECRET_USER.to_string(), SECRET_LEVEL.to_string(), "swordfish".to_owned()] {
        assert!(!all.contains(&secret), "{all}");
    }
}
