//! Decision records: their content, their sinks, long texts, and the bounds of the queue.

mod content;
mod long;
mod queue;
mod sinks;
mod texts;

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use gatehouse::Description;
use gatehouse::prelude::*;
use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
use serde_json::Value;

struct Documents;
impl Domain for Documents {
    type Subject = u64;
    type Action = &'static str;
    type Resource = u64;
    type Context = ();

    fn describe_subject(user: &u64) -> Description {
        Description::of(format_args!("user {user}"))
    }

    fn describe_action(action: &&'static str) -> Description {
        (*action).into()
    }

    fn describe_resource(doc: &u64) -> Description {
        assert_ne!(*doc, UNSPEAKABLE, "unspeakable");
        Description::of(doc)
    }
}

/// Its description panics.
const UNSPEAKABLE: u64 = 666;

/// A domain without descriptions.
struct Silent;
impl Domain for Silent {
    type Subject = u64;
    type Action = &'static str;
    type Resource = u64;
    type Context = ();
}

fact! {
    pub Level(user: u64) -> u64;
}

/// Owners
/// do anything.
#[policy]
fn own(user: &u64, doc: &u64) -> bool {
    user == doc
}

#[policy]
async fn high(user: &u64, doc: &u64) -> bool {
    Level(*user).await? >= *doc
}

/// Everybody has level 5; user 13 fails.
struct Levels;

impl FactSource<Level> for Levels {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        if keys.iter().any(|key| key.user == 13) {
            return Err(FactError::new("the password is swordfish"));
        }
        Ok(keys.iter().map(|key| (key.clone(), 5)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Level)]
    levels: Levels,
}

static GATE: Gate<Documents, (own, high)> = Gate::new();
static LOCAL: Gate<Documents, own> = Gate::new();
static SILENT: Gate<Silent, (own, high)> = Gate::new();

fn session() -> Session<Facts> {
    Session::new(Facts { levels: Levels })
}

fn check_all(session: &Session<Facts>, user: u64, docs: &[u64]) -> Vec<Decision> {
    block_on(GATE.bind(session, &user, &"read").check_all(docs))
}

/// A writer whose text can be read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// How a sink fails to take a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SinkFailure {
    Fail,
    Panic,
}

enum SinkEvent {
    Record(Box<DecisionRecord>),
    Closed(u64),
}

/// Sends all that it is given, after it has used up its failures.
struct CollectingSink {
    failures: Vec<SinkFailure>,
    sender: Sender<SinkEvent>,
}

impl DecisionSink for CollectingSink {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        match self.failures.pop() {
            Some(SinkFailure::Fail) => return Err("the disk is full".into()),
            Some(SinkFailure::Panic) => panic!("the sink is broken"),
            None => {}
        }
        for record in records {
            self.sender.send(SinkEvent::Record(Box::new(record.clone())))?;
        }
        Ok(())
    }

    fn close(&mut self, dropped: u64) {
        let _ = self.sender.send(SinkEvent::Closed(dropped));
    }
}

fn collecting(failures: Vec<SinkFailure>) -> (Recorder, Receiver<SinkEvent>) {
    let (sender, events) = channel();
    (Recorder::new(CollectingSink { failures, sender }).unwrap(), events)
}

fn records(events: &Receiver<SinkEvent>) -> Vec<DecisionRecord> {
    let record = |event| match event {
        SinkEvent::Record(record) => Some(*record),
        SinkEvent::Closed(_) => None,
    };
    events.try_iter().filter_map(record).collect()
}

/// Reports that it was called, and waits for permission to proceed.
struct Slow {
    called: Sender<()>,
    go_on: Receiver<()>,
    collecting: CollectingSink,
}

impl DecisionSink for Slow {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        let _ = self.called.send(());
        // On an error, the test is over.
        let _ = self.go_on.recv();
        self.collecting.write(records)
    }
}
