//! The spans and events of a thread, collected.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Runs `run`, and gives the spans and events of its thread, a line each, in order.
///
/// # Panics
/// If a span or an event is made while `run` unwinds.
pub fn collected(run: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(lines.clone()));
    keep_interest_open();
    dispatcher::with_default(&dispatch, run);
    std::mem::take(&mut *lines.0.lock().expect("nobody panics while writing"))
}

/// Keeps every callsite asking the subscriber of its own thread whether it is enabled.
///
/// Callsites cache what all subscribers have said. While there is only one, a callsite that another
/// thread comes to first caches what that thread has, which is none, and is disabled for everybody; and
/// one that is enabled for a subscriber is enabled on threads that have none. A second subscriber that
/// never decides, and is never dropped, prevents both: tests of one process do not affect each other.
fn keep_interest_open() {
    static UNDECIDED: OnceLock<Dispatch> = OnceLock::new();
    UNDECIDED.get_or_init(|| Dispatch::new(Undecided));
}

/// A subscriber to nothing, which wants to be asked each time.
struct Undecided;

impl Subscriber for Undecided {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A layer that writes a line for each span, record and event.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn push(&self, line: Line) {
        self.0.lock().expect("nobody panics while writing").push(line.0);
    }
}

/// A line, to which fields are appended.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut line = Line(format!("span {}", attributes.metadata().name()));
        attributes.record(&mut line);
        self.push(line);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let name = context.span(id).map_or("", |span| span.name());
        let mut line = Line(format!("record {name}"));
        values.record(&mut line);
        self.push(line);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
        event.record(&mut line);
        self.push(line);
    }
}
