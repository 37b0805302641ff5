//! Decision records: what they say, and that a sink changes nothing, whatever it does.

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::executor::block_on;
use gatehouse::explanation::{ConsultedFact, FactFound};
use gatehouse::prelude::*;
use gatehouse::{DecisionRecord, DecisionSink, Described, JsonLines, Recorder, SinkError};
use serde_json::{Value, json};

/// Longer than any test takes that goes well.
const PATIENCE: Duration = Duration::from_secs(60);

struct Documents;
impl Domain for Documents {
    type Subject = u64;
    type Action = &'static str;
    type Resource = u64;
    type Context = ();

    fn describe_subject(user: &u64) -> Described {
        Described::of(format_args!("user {user}"))
    }

    fn describe_action(action: &&'static str) -> Described {
        (*action).into()
    }

    fn describe_resource(doc: &u64) -> Described {
        assert_ne!(*doc, UNSPEAKABLE, "unspeakable");
        Described::of(doc)
    }
}

/// Its description panics.
const UNSPEAKABLE: u64 = 666;

/// A domain that says nothing.
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

/// Everybody has the level 5; 13 cannot be looked up.
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

/// A writer that others can read.
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

/// What a sink does instead of taking a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Fail,
    Panic,
}

enum Heard {
    Record(Box<DecisionRecord>),
    Closed(u64),
}

/// Tells all that it hears, after it was in each of its moods once.
struct Ear {
    moods: Vec<Mood>,
    heard: Sender<Heard>,
}

impl DecisionSink for Ear {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        match self.moods.pop() {
            Some(Mood::Fail) => return Err("the disk is full".into()),
            Some(Mood::Panic) => panic!("the sink is broken"),
            None => {}
        }
        for record in records {
            self.heard.send(Heard::Record(Box::new(record.clone())))?;
        }
        Ok(())
    }

    fn close(&mut self, dropped: u64) {
        let _ = self.heard.send(Heard::Closed(dropped));
    }
}

fn ear(moods: Vec<Mood>) -> (Recorder, Receiver<Heard>) {
    let (heard, told) = channel();
    (Recorder::new(Ear { moods, heard }).unwrap(), told)
}

fn records(told: &Receiver<Heard>) -> Vec<DecisionRecord> {
    let record = |heard| match heard {
        Heard::Record(record) => Some(*record),
        Heard::Closed(_) => None,
    };
    told.try_iter().filter_map(record).collect()
}

/// With a recorder that notes facts, a record says which facts the decision depends on, and where
/// they come from; with another on the same session's source, nothing is said, and nothing differs.
#[test]
fn a_record_says_what_a_decision_depends_on() {
    fact! {
        pub Deep(user: u64) -> bool {
            Level(user).await.is_some_and(|level| level > 4)
        }
    }
    #[policy(forbid)]
    async fn shallow(user: &u64) -> bool {
        !Deep(*user).await
    }
    static GATE: Gate<Documents, (shallow, own, high)> = Gate::new();
    let (recorder, told) = ear(Vec::new());
    let silent = session().with_recorder(&recorder);
    let noting = session().with_recorder(&recorder.clone().with_facts());
    for session in [&silent, &noting] {
        for user in [7, 13] {
            drop(block_on(GATE.bind(session, &user, &"read").check_all([1, 9])));
        }
    }
    recorder.flush(PATIENCE).unwrap();
    let lines: Vec<Value> =
        records(&told).iter().map(|record| serde_json::to_value(record).unwrap()).collect();
    let (without, with) = lines.split_at(4);
    for (without, with) in without.iter().zip(with) {
        assert_eq!(without["decision"], with["decision"]);
        assert_eq!((&without["rounds"], &without["loads"]), (&with["rounds"], &with["loads"]));
        assert!(without.get("facts").is_none());
    }
    let found = |line: &Value| {
        let facts = line["facts"].as_array().unwrap().iter();
        let fact = |fact: &Value| format!("{} {} {}", fact["policy"], fact["key"], fact["found"]);
        facts.map(fact).collect::<Vec<_>>().join("\n").replace('"', "")
    };
    insta::assert_snapshot!(found(&with[0]), @"
    shallow Deep { user: 7 } {value:true}
    shallow Level { user: 7 } {value:5}
    high Level { user: 7 } {value:5}
    ");
    insta::assert_snapshot!(found(&with[3]), @"
    shallow Deep { user: 13 } {failed:its source failed}
    shallow Level { user: 13 } {failed:its source failed}
    high Level { user: 13 } {failed:its source failed}
    ");
    let facts = &with[0]["facts"];
    assert_eq!(
        facts[0]["derived_at"].as_str().unwrap().rsplit_once(':').unwrap().0,
        "tests/tests/output/records.rs"
    );
    assert!(facts[1]["source"].as_str().unwrap().ends_with("::Levels"));
}

#[test]
fn a_record_says_who_what_on_what_and_why() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(page.clone())).unwrap();
    let session = session().with_trace_id("4bf92f35").with_recorder(&recorder);
    let decisions = check_all(&session, 7, &[7, 1, 9]);
    recorder.flush(PATIENCE).unwrap();
    let lines = page.lines();
    assert_eq!(lines.len(), 3);
    let own_line = decisions[0].by().unwrap().location.line;
    let policy = json!({
        "name": "own", "effect": "permit", "docs": "Owners\ndo anything.",
        "file": "tests/tests/output/records.rs", "line": own_line,
    });
    for (item, line) in lines.iter().enumerate() {
        let mut line = line.as_object().unwrap().clone();
        let time = line.remove("time").unwrap();
        assert_eq!(time.as_str().unwrap().len(), "2026-11-21T16:24:05.123456Z".len());
        assert_eq!(line.remove("session").unwrap().as_str().unwrap().len(), 32);
        assert!(line.remove("duration_ns").unwrap().as_u64().unwrap() > 0);
        let (resource, decision) = [("7", "allow"), ("1", "allow"), ("9", "deny")][item];
        let mut expected = json!({
            "trace": "4bf92f35", "domain": "Documents", "subject": "user 7", "action": "read",
            "resource": resource, "decision": decision,
            "policy": policy, "item": item, "items": 3, "rounds": 1, "loads": 1,
        });
        match item {
            0 => {}
            1 => {
                let name = line["policy"]["name"].clone();
                expected["policy"] = line["policy"].clone();
                assert_eq!(name, "high");
            }
            _ => drop(expected.as_object_mut().unwrap().remove("policy")),
        }
        assert_eq!(Value::Object(line), expected);
    }
}

#[test]
fn failed_facts_are_named_without_the_sources_text() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(page.clone())).unwrap();
    let _ = check_all(&session().with_recorder(&recorder), 13, &[1]);
    recorder.flush(PATIENCE).unwrap();
    let line = &page.lines()[0];
    assert_eq!(line["decision"], "indeterminate");
    assert_eq!(line["failed"], json!([{"fact": "Level", "error": "its source failed"}]));
    assert!(!line.to_string().contains("swordfish"));
}

#[test]
fn a_domain_that_says_nothing_gives_nothing_away() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(page.clone())).unwrap();
    let session = session().with_recorder(&recorder);
    let _ = block_on(SILENT.bind(&session, &123_456, &"read").check(&654_321));
    recorder.flush(PATIENCE).unwrap();
    let line = &page.lines()[0];
    assert_eq!(line["domain"], "Silent");
    for part in ["subject", "action", "resource", "context", "trace"] {
        assert_eq!(line.get(part), None);
    }
    let text = line.to_string();
    assert!(!text.contains("123456") && !text.contains("654321"), "{text}");
}

#[test]
fn every_way_of_asking_is_recorded_once_per_item() {
    let (recorder, told) = ear(vec![]);
    let session = session().with_recorder(&recorder);
    let access = GATE.bind(&session, &7, &"read");
    assert!(block_on(access.check(&7)).is_allow());
    assert!(block_on(access.authorize(&9)).is_err());
    assert_eq!(block_on(access.filter([7, 8])).unwrap(), [7]);
    assert_eq!(block_on(access.filter_lossy([7, 8, 5])), [7, 5]);
    assert!(LOCAL.bind(&session, &7, &"read").check_local(&7).is_allow());
    recorder.flush(PATIENCE).unwrap();
    let told = records(&told);
    let said: Vec<_> = told
        .iter()
        .map(|it| (it.item, it.evaluation.items, it.decision.as_str(), it.resource.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (0, 1, "allow", Some("7")),
            (0, 1, "deny", Some("9")),
            (0, 2, "allow", Some("7")),
            (1, 2, "deny", Some("8")),
            (0, 3, "allow", Some("7")),
            (1, 3, "deny", Some("8")),
            (2, 3, "allow", Some("5")),
            (0, 1, "allow", Some("7")),
        ]
    );
    assert!(told.iter().all(|it| it.evaluation.session == told[0].evaluation.session));
}

#[test]
fn a_long_page_is_recorded_whole_and_in_order() {
    let (recorder, told) = ear(vec![]);
    let docs: Vec<u64> = (1000..11_000).collect();
    let _ = check_all(&session().with_recorder(&recorder), 7, &docs);
    recorder.flush(PATIENCE).unwrap();
    let told = records(&told);
    assert_eq!(told.len(), docs.len());
    for (at, record) in told.iter().enumerate() {
        assert_eq!((record.item, record.resource.as_str()), (at, Some(&*docs[at].to_string())));
    }
    assert_eq!(recorder.dropped(), 0);
}

#[test]
fn clones_made_later_are_recorded_and_sessions_are_told_apart() {
    let (recorder, told) = ear(vec![]);
    let before = session();
    let early = before.clone();
    let with = before.with_recorder(&recorder);
    let later = with.clone().with_trace_id("other");
    for session in [&early, &with, &later, &session().with_recorder(&recorder)] {
        let _ = check_all(session, 7, &[7]);
    }
    recorder.flush(PATIENCE).unwrap();
    let told = records(&told);
    let ids: Vec<_> = told.iter().map(|it| it.evaluation.session).collect();
    assert_eq!(ids.len(), 3, "the clone made before has no recorder");
    assert!(ids[0] == ids[1] && ids[1] != ids[2]);
    let traces: Vec<_> = told.iter().map(|it| it.evaluation.trace.as_deref()).collect();
    assert_eq!(traces, [None, Some("other"), None]);
}

/// Says that it was called, and waits to be told to go on.
struct Slow {
    called: Sender<()>,
    go_on: Receiver<()>,
    ear: Ear,
}

impl DecisionSink for Slow {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        let _ = self.called.send(());
        // An error: the test is over.
        let _ = self.go_on.recv();
        self.ear.write(records)
    }
}

#[test]
fn a_slow_sink_holds_up_nobody_and_what_does_not_fit_is_counted() {
    let ((called, calls), (free, go_on), (heard, told)) = (channel(), channel(), channel());
    let sink = Slow { called, go_on, ear: Ear { moods: vec![], heard } };
    let recorder = Recorder::with_capacity(sink, 4).unwrap();
    let session = session().with_recorder(&recorder);
    assert_eq!(check_all(&session, 7, &[7]).len(), 1);
    calls.recv().unwrap();
    // The sink has one record and hangs. Three more fit, then none.
    assert!(check_all(&session, 7, &[7, 1]).iter().all(Decision::is_allow));
    assert!(check_all(&session, 7, &[1, 2, 3, 4, 5]).iter().all(Decision::is_allow));
    assert!(check_all(&session, 7, &[9, 9]).iter().all(Decision::is_deny));
    assert_eq!(recorder.dropped(), 6);
    assert!(recorder.flush(Duration::ZERO).is_err());
    drop(free);
    recorder.flush(PATIENCE).unwrap();
    let told = records(&told);
    let said: Vec<_> = told.iter().map(|it| (it.resource.as_str(), it.dropped_before)).collect();
    assert_eq!(said, [(Some("7"), 0), (Some("7"), 6), (Some("1"), 0), (Some("1"), 0)]);
    // And there is room again.
    assert_eq!(check_all(&session, 7, &[1, 2, 3, 4]).len(), 4);
    recorder.flush(PATIENCE).unwrap();
    assert_eq!(recorder.dropped(), 6);
}

#[test]
fn a_sink_that_fails_or_panics_changes_no_decision_and_is_tried_again() {
    for mood in [Mood::Fail, Mood::Panic] {
        let (recorder, told) = ear(vec![mood; 2]);
        let session = session().with_recorder(&recorder);
        for docs in [&[7, 9][..], &[1], &[2]] {
            let plain = check_all(&self::session(), 7, docs);
            let with = check_all(&session, 7, docs);
            let names = |all: &[Decision]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(&with), names(&plain));
            recorder.flush(PATIENCE).unwrap();
        }
        assert_eq!(recorder.dropped(), 3, "{mood:?}");
        let told = records(&told);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].resource.as_str(), told[0].dropped_before), (Some("2"), 3));
    }
}

#[test]
fn a_domain_that_panics_loses_its_records_and_no_decision() {
    let (recorder, told) = ear(vec![]);
    let session = session().with_recorder(&recorder);
    let decisions = check_all(&session, 7, &[1, UNSPEAKABLE, 2]);
    assert!(decisions[0].is_allow() && decisions[1].is_deny() && decisions[2].is_allow());
    let _ = check_all(&session, 7, &[3]);
    recorder.flush(PATIENCE).unwrap();
    let told = records(&told);
    let said: Vec<_> = told.iter().map(|it| it.resource.as_str()).collect();
    assert_eq!(said, [Some("1"), Some("3")]);
    assert_eq!(recorder.dropped(), 2);
    assert_eq!(told.iter().map(|it| it.dropped_before).sum::<u64>(), 2);
}

#[test]
fn the_last_handle_closes_the_sink_after_what_is_left() {
    let (recorder, told) = ear(vec![Mood::Fail]);
    let session = session().with_recorder(&recorder);
    let _ = check_all(&session, 7, &[1, 2, 3]);
    drop(recorder);
    drop(session);
    match told.recv_timeout(PATIENCE).unwrap() {
        Heard::Closed(dropped) => assert_eq!(dropped, 3),
        Heard::Record(record) => panic!("{record:?} got through a sink that fails"),
    }
    assert!(told.recv_timeout(PATIENCE).is_err(), "nothing comes after the end");
}

/// A disk that is full after so many bytes, once.
struct Full(usize, Page);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            self.0 = usize::MAX;
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        self.1.write(&bytes[..taken])
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn json_lines_go_on_after_a_torn_line() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(Full(100, page.clone()))).unwrap();
    let session = session().with_recorder(&recorder);
    for doc in [1, 2] {
        let _ = check_all(&session, 7, &[doc]);
        recorder.flush(PATIENCE).unwrap();
    }
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(serde_json::from_str::<Value>(lines[0]).is_err());
    let second: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!((&second["resource"], &second["dropped_before"]), (&json!("2"), &json!(1)));
}

#[test]
fn whatever_the_threads_do_each_record_is_written_or_counted() {
    let (heard, told) = channel();
    let moods = [Mood::Fail, Mood::Panic].repeat(3);
    let recorder = Recorder::with_capacity(Ear { moods, heard }, 64).unwrap();
    std::thread::scope(|threads| {
        for user in 0..4_u64 {
            let recorder = &recorder;
            threads.spawn(move || {
                let session = session().with_recorder(recorder);
                for page in 1..=100 {
                    let docs: Vec<_> = (0..page % 7).collect();
                    let _ = check_all(&session, user, &docs);
                }
            });
        }
    });
    recorder.flush(PATIENCE).unwrap();
    // The last of these meets a sink in a good mood, and says how many were dropped before it.
    for _ in 0..7 {
        let _ = check_all(&session().with_recorder(&recorder), 7, &[7]);
        recorder.flush(PATIENCE).unwrap();
    }
    let asked = 7 + 4 * (1..=100_u64).map(|page| page % 7).sum::<u64>();
    let told = records(&told);
    assert_eq!(told.len() as u64 + recorder.dropped(), asked);
    assert_eq!(told.iter().map(|it| it.dropped_before).sum::<u64>(), recorder.dropped());
}

/// How often the text of a key part or a value was made on this thread.
mod written {
    use std::cell::Cell;
    use std::fmt;

    thread_local! {
        static TIMES: Cell<usize> = const { Cell::new(0) };
        static PARTS: Cell<usize> = const { Cell::new(0) };
    }

    /// How many texts were begun, and how many parts of them were written, since the last call.
    pub fn since() -> (usize, usize) {
        (TIMES.take(), PARTS.take())
    }

    /// So many numbers, written one at a time.
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Long(pub usize);

    impl fmt::Debug for Long {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            TIMES.set(TIMES.get() + 1);
            for number in 1_000_000..1_000_000 + self.0 {
                PARTS.set(PARTS.get() + 1);
                write!(f, "{number} ")?;
            }
            Ok(())
        }
    }
}
use written::Long;

fact! {
    /// Of everybody the same, and long.
    pub Groups(user: u64) -> Long;
    /// Of each document its own.
    pub Tags(doc: u64) -> Long;
    /// Its key is long, and it has none.
    pub Note(part: Long) -> u64;
    /// The error is long.
    pub Down(doc: u64) -> u64;
}

struct LongTexts;

/// How many numbers a value has.
const NUMBERS: usize = 5000;

impl FactSource<Groups> for LongTexts {
    async fn load(&self, keys: &[Groups]) -> Result<Loaded<Groups>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Long(NUMBERS))).collect())
    }
}

impl FactSource<Tags> for LongTexts {
    async fn load(&self, keys: &[Tags]) -> Result<Loaded<Tags>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Long(NUMBERS))).collect())
    }
}

impl FactSource<Note> for LongTexts {
    async fn load(&self, _: &[Note]) -> Result<Loaded<Note>, FactError> {
        Ok(Loaded::new())
    }
}

impl FactSource<Down> for LongTexts {
    async fn load(&self, _: &[Down]) -> Result<Loaded<Down>, FactError> {
        Err(FactError::safe("it is down ".repeat(NUMBERS)))
    }
}

#[derive(Sources)]
struct LongFacts {
    #[loads(Groups, Tags, Note, Down)]
    source: LongTexts,
}

#[policy]
async fn grouped(user: &u64) -> bool {
    Groups(*user).await?.0 > 0
}

/// Reads what `grouped` reads, and comes first.
#[policy(forbid)]
async fn ungrouped(user: &u64) -> bool {
    Groups(*user).await.is_none()
}

#[policy]
async fn tagged(_: _, doc: &u64) -> bool {
    Tags(*doc).await?.0 > 0
}

#[policy]
async fn noted(_: &u64) -> bool {
    Note(Long(NUMBERS)).await.is_none()
}

#[policy]
async fn down(_: _, doc: &u64) -> bool {
    Down(*doc).await? > 0
}

static GROUPED: Gate<Documents, (ungrouped, grouped)> = Gate::new();
static TAGGED: Gate<Documents, tagged> = Gate::new();
static NOTED: Gate<Documents, noted> = Gate::new();
static DOWN: Gate<Documents, down> = Gate::new();

fn long_session(recorder: &Recorder) -> Session<LongFacts> {
    Session::new(LongFacts { source: LongTexts }).with_recorder(recorder)
}

fn documents(count: u64) -> Vec<u64> {
    (1000..1000 + count).collect()
}

/// The 1024 bytes of a text that are left, and what is said of the rest.
fn cut(text: &str) -> String {
    format!("{}… (cut after 1024 bytes)", &text[..1024])
}

#[test]
fn a_long_text_is_cut_in_a_record_and_whole_in_an_explanation() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(page.clone())).unwrap().with_facts();
    let session = long_session(&recorder);
    let user = 7;
    let groups = GROUPED.bind(&session, &user, &"read");
    let notes = NOTED.bind(&session, &user, &"read");
    let downs = DOWN.bind(&session, &user, &"read");
    let told =
        [block_on(groups.explain(&1)), block_on(notes.explain(&1)), block_on(downs.explain(&1))];
    recorder.flush(PATIENCE).unwrap();
    let lines = page.lines();
    let read = |line: usize| &lines[line]["facts"][0];
    let told = |at: usize| &told[at].policies[0].conditions[0].facts[0];

    let FactFound::Value(value) = &told(0).found else { panic!("no value") };
    assert_eq!(value.len(), NUMBERS * "1000000 ".len());
    assert_eq!(read(0)["found"]["value"], cut(value));
    assert_eq!(read(0)["key"], "Groups { user: 7 }");

    assert!(told(1).key.len() > NUMBERS * "1000000 ".len());
    assert_eq!(read(1)["key"], cut(&told(1).key));
    assert_eq!(read(1)["found"], json!({ "missing": null }));

    let FactFound::Failed(error) = &told(2).found else { panic!("no error") };
    assert_eq!(error.len(), NUMBERS * "it is down ".len());
    assert_eq!(read(2)["found"]["failed"], cut(error));
    assert_eq!(lines[2]["failed"][0]["error"], **error, "what the decision says is not cut");
}

/// Whatever reads it, and for however many items: a text is made once for a page, and of what is left
/// out nothing is written.
#[test]
fn the_records_of_a_page_share_their_texts() {
    for items in [100, 3000] {
        let (recorder, told) = ear(vec![]);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        written::since();
        let decisions = block_on(GROUPED.bind(&session, &7, &"read").check_all(&docs));
        assert!(decisions.iter().all(Decision::is_allow));
        let (times, parts) = written::since();
        assert_eq!(times, 1, "{items} items");
        assert!(parts <= 1 + 1024 / 7, "{parts} parts were written");
        recorder.flush(PATIENCE).unwrap();
        let told = records(&told);
        assert_eq!(told.len(), docs.len());
        let first = &told[0].facts;
        assert_eq!(first.len(), 2, "one for each policy");
        for fact in told.iter().flat_map(|record| &record.facts) {
            let text = |fact: &ConsultedFact| match &fact.read.found {
                FactFound::Value(text) => (fact.read.key.as_ptr(), text.as_ptr()),
                _ => panic!("no value"),
            };
            assert_eq!(text(fact), text(&first[0]));
        }
    }
}

/// What each item reads for itself is written once for each.
#[test]
fn the_texts_of_a_page_are_made_in_linear_time() {
    for items in [100, 3000] {
        let (recorder, _told) = ear(vec![]);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        written::since();
        let decisions = block_on(TAGGED.bind(&session, &7, &"read").check_all(&docs));
        assert!(decisions.iter().all(Decision::is_allow));
        let (times, parts) = written::since();
        assert_eq!(times, docs.len());
        assert!(parts <= times * (1 + 1024 / 7), "{parts} parts were written of {times} texts");
    }
}

/// Reads what is the same for all, and what each has for itself.
#[policy]
async fn sorted(user: &u64, doc: &u64) -> bool {
    let tags = Tags(*doc).await?.0;
    Groups(*user).await?.0 == tags
}

/// The more a page reads, the more often it begins anew: what it keeps does not grow with it.
#[test]
fn a_page_keeps_a_bounded_number_of_texts() {
    static GATE: Gate<Documents, sorted> = Gate::new();
    for items in [1000, 4000] {
        let (recorder, _told) = ear(vec![]);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        written::since();
        let decisions = block_on(GATE.bind(&session, &7, &"read").check_all(&docs));
        assert!(decisions.iter().all(Decision::is_allow));
        // A thousand texts of a kibibyte take four times what is kept.
        let again = written::since().0 - docs.len();
        assert!((2..docs.len() / 50).contains(&again), "{again} times for {items} items");
    }
}

/// A recorder whose sink takes nothing before its second part is dropped, within bounds.
fn stopped(count: usize, bytes: usize) -> (Recorder, Sender<()>, Receiver<Heard>) {
    let ((called, calls), (free, go_on), (heard, told)) = (channel(), channel(), channel());
    let sink = Slow { called, go_on, ear: Ear { moods: vec![], heard } };
    drop(calls);
    (Recorder::with_bounds(sink, count, bytes).unwrap(), free, told)
}

/// The bytes that `run` leaves allocated by this thread: what it has put into a queue, which another
/// thread empties.
fn left_by(run: impl FnOnce()) -> usize {
    usize::try_from(allocation_counter::measure(run).bytes_current).unwrap()
}

/// A page on which each record has the same long value costs what its records cost without it.
#[test]
fn a_page_takes_its_records_and_one_text() {
    for items in [1000, 4000] {
        let (recorder, _free, _told) = stopped(Recorder::CAPACITY, Recorder::BYTES);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        let access = GROUPED.bind(&session, &7, &"read");
        drop(block_on(access.check(&0)));
        let bytes = left_by(|| drop(block_on(access.check_all(&docs))));
        let each = bytes / docs.len();
        assert!(each < 700, "{each} bytes for each of {items} records");
        assert_eq!(recorder.dropped(), 0);
    }
}

/// Asks about all `docs` by the gate of this name.
fn ask(session: &Session<LongFacts>, gate: &str, docs: &[u64]) {
    drop(match gate {
        "tagged" => block_on(TAGGED.bind(session, &7, &"read").check_all(docs)),
        "grouped" => block_on(GROUPED.bind(session, &7, &"read").check_all(docs)),
        "noted" => block_on(NOTED.bind(session, &7, &"read").check_all(docs)),
        _ => block_on(DOWN.bind(session, &7, &"read").check_all(docs)),
    });
}

/// Whatever a record has: a text of its own, one that it shares, a long key, or an error. What does not
/// fit is counted, and there is room again once the sink takes something.
#[test]
fn the_queue_holds_no_more_bytes_than_it_may() {
    let docs = documents(3000);
    let known = Session::new(LongFacts { source: LongTexts });
    // A record of each gate, with some to spare.
    for (gate, each) in [("tagged", 2500), ("grouped", 4000), ("noted", 2500), ("down", 60_000)] {
        ask(&known, gate, &docs);
        for most in [100_000, 1_000_000] {
            let (recorder, free, told) = stopped(Recorder::CAPACITY, most);
            let session = known.clone().with_recorder(&recorder.clone().with_facts());
            written::since();
            let bytes = left_by(|| (0..3).for_each(|_| ask(&session, gate, &docs)));
            let (times, _) = written::since();
            assert!(bytes <= most, "{gate}: {bytes} bytes are held of {most}");
            let dropped = recorder.dropped();
            drop(free);
            recorder.flush(PATIENCE).unwrap();
            let written = records(&told).len();
            assert_eq!(written as u64 + dropped, 3 * 3000, "{gate}");
            assert!((written + 1) * each >= most, "{gate}: {written} records in {most} bytes");
            // A page in two parts, each with one that does not fit.
            assert!(times <= written + 3 * 2, "{gate}: {times} texts for {written} records");
            ask(&session, gate, &docs);
            recorder.flush(PATIENCE).unwrap();
            assert!(!records(&told).is_empty(), "{gate}");
        }
    }
}

#[test]
fn a_queue_without_bytes_drops_all_and_decides() {
    let (recorder, _free, _told) = stopped(Recorder::CAPACITY, 0);
    let session = session().with_recorder(&recorder);
    let decisions = check_all(&session, 7, &[1, 9]);
    assert!(decisions[0].is_allow() && decisions[1].is_deny());
    assert!(LOCAL.bind(&session, &7, &"read").check_local(&7).is_allow());
    assert_eq!(recorder.dropped(), 3);
    recorder.flush(PATIENCE).unwrap();
}

/// Long records come in smaller slices: what a sink needs to write them is bounded too.
#[test]
fn a_slice_of_long_records_is_no_larger_than_one_of_short_ones() {
    struct Lengths(Sender<(usize, usize)>);
    impl DecisionSink for Lengths {
        fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
            let lines = serde_json::to_string(records)?;
            Ok(self.0.send((records.len(), lines.len()))?)
        }
    }
    let (told, slices) = channel();
    let recorder = Recorder::new(Lengths(told)).unwrap();
    let session = long_session(&recorder.clone().with_facts());
    ask(&session, "grouped", &documents(3000));
    recorder.flush(PATIENCE).unwrap();
    let slices: Vec<_> = slices.try_iter().collect();
    assert_eq!(slices.iter().map(|(records, _)| records).sum::<usize>(), 3000);
    let longest = slices.iter().map(|(_, bytes)| *bytes).max().unwrap();
    assert!(longest < 1_250_000, "{longest} bytes at once");
}

/// Takes nothing while a test has the lock.
struct Locked(Arc<Mutex<()>>, Ear);

impl DecisionSink for Locked {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        let lock = Arc::clone(&self.0);
        let _guard = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.1.write(records)
    }
}

/// However the threads meet, and whatever the sink does: what was let in goes out of the counts again.
#[test]
fn no_bytes_are_lost_to_the_queue() {
    let (lock, (heard, told)) = (Arc::new(Mutex::new(())), channel());
    let sink = Locked(Arc::clone(&lock), Ear { moods: Vec::new(), heard });
    let recorder = Recorder::with_bounds(sink, Recorder::CAPACITY, 50_000).unwrap();
    let fitting = || {
        let guard = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = recorder.dropped();
        ask(&long_session(&recorder.clone().with_facts()), "tagged", &documents(100));
        drop(guard);
        recorder.flush(PATIENCE).unwrap();
        100 - (recorder.dropped() - before)
    };
    let first = fitting();
    assert!((1..100).contains(&first), "{first}");
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let session = long_session(&recorder.clone().with_facts());
                for page in 0..60 {
                    ask(&session, ["tagged", "grouped", "noted"][page % 3], &documents(9));
                }
            });
        }
    });
    recorder.flush(PATIENCE).unwrap();
    assert_eq!(fitting(), first);
    let asked = 2 * 100 + 4 * 60 * 9;
    assert_eq!(records(&told).len() as u64 + recorder.dropped(), asked);
}
