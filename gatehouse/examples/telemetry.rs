//! What a gate at work tells those who watch it: a tree of spans, metrics, and decision records.
//!
//! ```sh
//! cargo run --example telemetry --features metrics,json
//! ```
//!
//! Without the features there are only the spans. In earnest the subscriber is that of
//! `tracing-opentelemetry`, the recorder that of an exporter, and the records go to a file; here each
//! is small enough to be read, and prints.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gatehouse::{Description, prelude::*};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

pub struct User {
    pub id: u32,
}

pub struct Document {
    pub id: u32,
    pub owner: u32,
    pub folder: u32,
}

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: u32) -> bool = false;
    /// `user` was given `folder`.
    pub FolderGrant(user: u32, folder: u32) -> bool = false;
}

/// Suspended users do nothing.
#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Owners see their documents.
#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Who was given a folder sees what is in it.
#[policy]
pub async fn folder(user: &User, doc: &Document) -> bool {
    FolderGrant(user.id, doc.folder).await
}

/// May a user see a document?
pub struct Documents;

impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();

    // What records say. Neither spans nor metrics ever do.
    fn describe_subject(user: &User) -> Description {
        format!("user {}", user.id).into()
    }

    fn describe_resource(doc: &Document) -> Description {
        format!("document {}", doc.id).into()
    }
}

pub static GATE: Gate<Documents, (suspended, owner, folder)> = Gate::new();

/// Stands in for a database that takes its time.
pub struct Users;

impl FactSource<Suspended> for Users {
    async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok(Loaded::new())
    }
}

/// Stands in for a service that is down for one user.
pub struct Folders;

impl FactSource<FolderGrant> for Folders {
    async fn load(&self, keys: &[FolderGrant]) -> Result<Loaded<FolderGrant>, FactError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if keys.iter().any(|key| key.user == 13) {
            return Err(FactError::new("10.0.0.7 refused the connection"));
        }
        Ok(keys.iter().map(|key| (key.clone(), key.folder == 1)).collect())
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(Suspended)]
    users: Users,
    #[loads(FolderGrant)]
    folders: Folders,
}

/// Draws each span, when it closes, with those inside it.
#[derive(Clone, Default)]
struct Trees(Arc<Mutex<String>>);

/// A span while it is open: what it says, and the lines of what was inside it.
struct Open {
    began: Instant,
    name: String,
    says: String,
    inside: Vec<Vec<String>>,
}

impl Visit for Open {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "otel.name" | "message" => self.name = format!("{value:?}"),
            name => {
                let _ = write!(self.says, "  {}={value:?}", name.trim_start_matches("gatehouse."));
            }
        }
    }
}

impl Open {
    fn new(name: &str) -> Self {
        Self { began: Instant::now(), name: name.into(), says: String::new(), inside: Vec::new() }
    }

    /// The span on a line, then what was inside it, as branches.
    fn drawn(self, took: impl std::fmt::Display) -> Vec<String> {
        let mut lines = vec![format!("{}{took}{}", self.name, self.says)];
        let last = self.inside.len();
        for (at, branch) in self.inside.into_iter().enumerate() {
            let (fork, rail) =
                if at + 1 == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let forks = std::iter::once(fork).chain(std::iter::repeat(rail));
            lines.extend(forks.zip(branch).map(|(fork, line)| format!("{fork}{line}")));
        }
        lines
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Trees {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut open = Open::new(attributes.metadata().name());
        attributes.record(&mut open);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(open);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(open);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut leaf = Open::new("");
        event.record(&mut leaf);
        if let Some(span) = context.event_span(event)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            open.inside.push(leaf.drawn(""));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>() else { return };
        let took = format!(" ({:.1?})", open.began.elapsed());
        let lines = open.drawn(took);
        match span.parent() {
            Some(parent) => {
                if let Some(open) = parent.extensions_mut().get_mut::<Open>() {
                    open.inside.push(lines);
                }
            }
            None => self
                .0
                .lock()
                .expect("nobody panics while drawing")
                .extend(lines.into_iter().flat_map(|line| [line, "\n".to_owned()])),
        }
    }
}

/// Counters and histograms, a line each.
#[cfg(feature = "metrics")]
fn measured(recorder: &metrics_util::debugging::DebuggingRecorder) -> String {
    use metrics_util::debugging::DebugValue;

    let mut lines = Vec::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<_> =
            key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        let value = match value {
            DebugValue::Counter(count) => count.to_string(),
            DebugValue::Gauge(value) => value.to_string(),
            DebugValue::Histogram(all) => {
                let all: Vec<_> = all.iter().map(|it| format!("{:.4}", it.into_inner())).collect();
                all.join(" ")
            }
        };
        lines.push(format!("{:<29} {:<55} {value}\n", key.name(), labels.join(" ")));
    }
    lines.sort();
    lines.concat()
}

/// A page for a user, and one for whom a service is down.
async fn serve(watched: impl Fn(Session<AppFacts>) -> Session<AppFacts>) {
    let facts = Arc::new(AppFacts { users: Users, folders: Folders });
    let page = [(1, 7, 2), (2, 8, 1), (3, 8, 2)];
    let page = page.map(|(id, owner, folder)| Document { id, owner, folder });
    for user in [User { id: 7 }, User { id: 13 }] {
        let session = watched(Session::new(facts.clone()));
        let _ = GATE.bind(&session, &user, &()).check_all(&page).await;
    }
}

/// What `serve` tells, printed: spans, metrics, records.
async fn watch() -> String {
    let trees = Trees::default();
    let subscriber = tracing_subscriber::registry().with(trees.clone());
    let _subscriber = tracing::subscriber::set_default(subscriber);
    #[cfg(feature = "metrics")]
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    #[cfg(feature = "metrics")]
    let _recorder = metrics::set_default_local_recorder(&recorder);

    #[cfg(feature = "json")]
    {
        use gatehouse::records::{JsonLines, Recorder};
        let records = Recorder::new(JsonLines::new(std::io::stdout())).expect("a thread");
        serve(|session| session.with_recorder(&records).with_trace_id("4bf92f3577b34da6")).await;
        records.flush(Duration::from_secs(5)).expect("it prints at once");
        println!();
    }
    #[cfg(not(feature = "json"))]
    serve(|session| session).await;

    #[cfg_attr(not(feature = "metrics"), allow(unused_mut, reason = "nothing is added"))]
    let mut told = trees.0.lock().expect("nobody panics while drawing").clone();
    #[cfg(feature = "metrics")]
    let _ = write!(told, "\n{}", measured(&recorder));
    told
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    print!("{}", watch().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_tree_and_the_metrics_say_what_happened() {
        let told = watch().await;
        for line in ["evaluate Documents", "├─ load Suspended", "├─ load FolderGrant", "└─ decided"]
        {
            assert!(told.contains(line), "{line} is not in\n{told}");
        }
        #[cfg(feature = "metrics")]
        for word in ["decision=allow policy=owner", "fact=FolderGrant error=source"] {
            assert!(told.contains(word), "{word} is not in\n{told}");
        }
        assert!(!told.contains("10.0.0.7"), "a source's own text is nobody's business");
    }
}
