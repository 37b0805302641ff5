//! Texts in records: truncated when they are long, and made once for a page.

use futures::executor::block_on;
use gatehouse::explanation::{ConsultedFact, FactFound};
use gatehouse::prelude::*;
use gatehouse::records::{JsonLines, Recorder};
use gatehouse_tests::PATIENCE;
use serde_json::json;

use super::long::*;
use super::*;

/// The first 1024 bytes of a text, and the note about the rest.
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
    let events =
        [block_on(groups.explain(&1)), block_on(notes.explain(&1)), block_on(downs.explain(&1))];
    recorder.flush(PATIENCE).unwrap();
    let lines = page.lines();
    let read = |line: usize| &lines[line]["facts"][0];
    let events = |at: usize| &events[at].policies[0].conditions[0].facts[0];

    let FactFound::Value(value) = &events(0).found else { panic!("no value") };
    assert_eq!(value.len(), NUMBERS * "1000000 ".len());
    assert_eq!(read(0)["found"]["value"], cut(value));
    assert_eq!(read(0)["key"], "Groups { user: 7 }");

    assert!(events(1).key.len() > NUMBERS * "1000000 ".len());
    assert_eq!(read(1)["key"], cut(&events(1).key));
    assert_eq!(read(1)["found"], json!({ "missing": null }));

    let FactFound::Failed(error) = &events(2).found else { panic!("no error") };
    assert_eq!(error.len(), NUMBERS * "it is down ".len());
    assert_eq!(read(2)["found"]["failed"], cut(error));
    assert_eq!(lines[2]["failed"][0]["error"], **error, "what the decision says is not cut");
}

/// A text is made once for a page, for any number of policies and resources, and no part beyond the limit
/// is written.
#[test]
fn the_records_of_a_page_share_their_texts() {
    for items in [100, 3000] {
        let (recorder, events) = collecting(vec![]);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        written::since();
        let decisions = block_on(GROUPED.bind(&session, &7, &"read").check_all(&docs));
        assert!(decisions.iter().all(Decision::is_allow));
        let (times, parts) = written::since();
        assert_eq!(times, 1, "{items} items");
        assert!(parts <= 1 + 1024 / 7, "{parts} parts were written");
        recorder.flush(PATIENCE).unwrap();
        let records = records(&events);
        assert_eq!(records.len(), docs.len());
        let first = &records[0].facts;
        assert_eq!(first.len(), 2, "one for each policy");
        for fact in records.iter().flat_map(|record| &record.facts) {
            let text = |fact: &ConsultedFact| match &fact.read.found {
                FactFound::Value(text) => (fact.read.key.as_ptr(), text.as_ptr()),
                _ => panic!("no value"),
            };
            assert_eq!(text(fact), text(&first[0]));
        }
    }
}

/// The text of a fact of each resource is written once for each.
#[test]
fn the_texts_of_a_page_are_made_in_linear_time() {
    for items in [100, 3000] {
        let (recorder, _events) = collecting(vec![]);
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

/// Reads a fact that is the same for all resources, and one of each.
#[policy]
async fn sorted(user: &u64, doc: &u64) -> bool {
    let tags = Tags(*doc).await?.0;
    Groups(*user).await?.0 == tags
}

/// The memory for texts is bounded: a longer page makes some of them again.
#[test]
fn a_page_keeps_a_bounded_number_of_texts() {
    static GATE: Gate<Documents, sorted> = Gate::new();
    for items in [1000, 4000] {
        let (recorder, _events) = collecting(vec![]);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        written::since();
        let decisions = block_on(GATE.bind(&session, &7, &"read").check_all(&docs));
        assert!(decisions.iter().all(Decision::is_allow));
        // A thousand texts of a kibibyte are four times the bound.
        let again = written::since().0 - docs.len();
        assert!((2..docs.len() / 50).contains(&again), "{again} times for {items} items");
    }
}
