//! The content of a record.

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::records::{JsonLines, Recorder};
use gatehouse_tests::PATIENCE;
use serde_json::{Value, json};

use super::*;

/// A recorder `with_facts` lists the facts of a decision and their sources; another recorder on the same
/// session does not, and all else is equal.
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
    let (recorder, events) = collecting(Vec::new());
    let silent = session().with_recorder(&recorder);
    let noting = session().with_recorder(&recorder.clone().with_facts());
    for session in [&silent, &noting] {
        for user in [7, 13] {
            drop(block_on(GATE.bind(session, &user, &"read").check_all([1, 9])));
        }
    }
    recorder.flush(PATIENCE).unwrap();
    let lines: Vec<Value> =
        records(&events).iter().map(|record| serde_json::to_value(record).unwrap()).collect();
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
        "tests/tests/output/records/content.rs"
    );
    assert!(facts[1]["source"].as_str().unwrap().ends_with("::Levels"));
}

/// What the session was told is listed as what it has loaded.
#[test]
fn a_record_lists_what_the_session_was_told() {
    let (recorder, events) = collecting(Vec::new());
    let recorder = recorder.with_facts();
    let loaded = session().with_recorder(&recorder);
    let told = session().with_recorder(&recorder);
    told.know(Level(7), 5).unwrap();
    for session in [&loaded, &told] {
        check_all(session, 7, &[5]);
    }
    recorder.flush(PATIENCE).unwrap();
    let facts = records(&events).into_iter().map(|record| {
        let line = serde_json::to_value(record).unwrap();
        line["facts"].clone()
    });
    let [loaded, told]: [Value; 2] = facts.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(told[0]["found"], json!({"value": "5"}));
    assert_eq!(told, loaded);
}

#[test]
fn a_record_names_subject_action_resource_and_policy() {
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
        "file": "tests/tests/output/records/mod.rs", "line": own_line,
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
fn a_domain_without_descriptions_records_none() {
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
fn every_kind_of_check_is_recorded_once_per_resource() {
    let (recorder, events) = collecting(vec![]);
    let session = session().with_recorder(&recorder);
    let access = GATE.bind(&session, &7, &"read");
    assert!(block_on(access.check(&7)).is_allow());
    assert!(block_on(access.authorize(&9)).is_err());
    assert_eq!(block_on(access.filter([7, 8])).unwrap(), [7]);
    assert_eq!(block_on(access.filter_lossy([7, 8, 5])), [7, 5]);
    assert!(LOCAL.bind(&session, &7, &"read").check_local(&7).is_allow());
    recorder.flush(PATIENCE).unwrap();
    let records = records(&events);
    let summary: Vec<_> = records
        .iter()
        .map(|it| (it.item, it.evaluation.items, it.decision.as_str(), it.resource.as_str()))
        .collect();
    assert_eq!(
        summary,
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
    assert!(records.iter().all(|it| it.evaluation.session == records[0].evaluation.session));
}

#[test]
fn a_long_page_is_recorded_whole_and_in_order() {
    let (recorder, events) = collecting(vec![]);
    let docs: Vec<u64> = (1000..11_000).collect();
    let _ = check_all(&session().with_recorder(&recorder), 7, &docs);
    recorder.flush(PATIENCE).unwrap();
    let records = records(&events);
    assert_eq!(records.len(), docs.len());
    for (at, record) in records.iter().enumerate() {
        assert_eq!((record.item, record.resource.as_str()), (at, Some(&*docs[at].to_string())));
    }
    assert_eq!(recorder.dropped(), 0);
}

#[test]
fn later_clones_are_recorded_and_sessions_are_distinguished() {
    let (recorder, events) = collecting(vec![]);
    let before = session();
    let early = before.clone();
    let with = before.with_recorder(&recorder);
    let later = with.clone().with_trace_id("other");
    for session in [&early, &with, &later, &session().with_recorder(&recorder)] {
        let _ = check_all(session, 7, &[7]);
    }
    recorder.flush(PATIENCE).unwrap();
    let records = records(&events);
    let ids: Vec<_> = records.iter().map(|it| it.evaluation.session).collect();
    assert_eq!(ids.len(), 3, "the clone made before has no recorder");
    assert!(ids[0] == ids[1] && ids[1] != ids[2]);
    let traces: Vec<_> = records.iter().map(|it| it.evaluation.trace.as_deref()).collect();
    assert_eq!(traces, [None, Some("other"), None]);
}
