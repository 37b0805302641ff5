//! What the spans and events say, and what they never say.
#![cfg(not(loom))]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use gatehouse::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Writes down all that it hears, a line each.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Notes {
    fn note(&self, line: Line) {
        self.0.lock().unwrap().push(line.0);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut line = Line(format!("span {}", attributes.metadata().name()));
        attributes.record(&mut line);
        self.note(line);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let name = context.span(id).map_or("", |span| span.name());
        let mut line = Line(format!("record {name}"));
        values.record(&mut line);
        self.note(line);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
        event.record(&mut line);
        self.note(line);
    }
}

struct Documents;
impl Domain for Documents {
    type Subject = u64;
    type Action = ();
    type Resource = u64;
    type Context = ();
}

fact! {
    pub Level(user: u64) -> u64;
}

#[policy]
async fn high(user: &u64, doc: &u64) -> bool {
    Level(*user).await? >= *doc
}

/// A key, and a value, that must be nowhere in the telemetry.
const SECRET_USER: u64 = 987_654_321;
const SECRET_LEVEL: u64 = 123_456_789;

struct Levels {
    fails: bool,
}

impl FactSource<Level> for Levels {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        if self.fails {
            return Err(FactError::new("the password is swordfish"));
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

fn told(fails: bool) -> Vec<String> {
    let notes = Notes::default();
    let subscriber = tracing_subscriber::registry().with(notes.clone());
    tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(async {
            let session = Session::new(Facts { levels: Levels { fails } });
            let access = GATE.bind(&session, &SECRET_USER, &());
            let _ = access.check_all([1_u64, u64::MAX]).await;
        });
    });
    notes.lines()
}

#[test]
fn an_evaluation_tells_what_it_did() {
    assert_eq!(
        told(false),
        [
            "span gatehouse.evaluate items=2",
            "span gatehouse.load fact=\"Level\" keys=1",
            "WARN gatehouse message=a source answered keys that nobody asked for; dropped keys=1",
            "record gatehouse.load found=1",
            "record gatehouse.load missing=0",
            "record gatehouse.evaluate rounds=1",
            "record gatehouse.evaluate loads=1",
            "INFO gatehouse::decision decision=\"allow\" by=\"high\"",
            "INFO gatehouse::decision decision=\"deny\"",
        ]
    );
}

#[test]
fn a_failure_is_told_without_the_sources_text() {
    let lines = told(true);
    assert!(
        lines.contains(&"record gatehouse.load error=its source failed".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"record gatehouse.load failed=1".to_owned()), "{lines:?}");
    let decision = "INFO gatehouse::decision decision=\"indeterminate\" by=\"high\"".to_owned();
    assert!(lines.contains(&decision), "{lines:?}");
}

#[test]
fn no_key_no_value_and_no_source_text_is_told() {
    let all = [told(false), told(true)].concat().join("\n");
    for secret in [SECRET_USER.to_string(), SECRET_LEVEL.to_string(), "swordfish".to_owned()] {
        assert!(!all.contains(&secret), "{all}");
    }
}
