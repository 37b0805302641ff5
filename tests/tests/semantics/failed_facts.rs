//! The failed facts that a decision names: a bounded number, at a cost linear in the failures.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use futures::executor::block_on;
use gatehouse::Decision;
use gatehouse::error::FailedFacts;
use gatehouse::prelude::*;
use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
use gatehouse_tests::PATIENCE;

struct Document {
    groups: Vec<u32>,
}

fn document(groups: u32) -> Document {
    Document { groups: (0..groups).collect() }
}

struct Documents;
impl Domain for Documents {
    type Subject = ();
    type Action = ();
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Member(group: u32) -> bool = false;
    pub Banned(group: u32) -> bool = false;
    pub Closed(group: u32) -> bool = false;

    /// Reads a failed fact, and one that the policy may have read before.
    pub Visitor(group: u32) -> bool {
        Closed(group).await || Member(group).await
    }

    /// Panics, whatever is loaded.
    pub Broken(group: u32) -> bool {
        let nobody: Vec<bool> = Vec::new();
        nobody[group as usize] || Closed(group).await
    }
}

/// A group without members, whose load does not fail.
const NOBODYS: u32 = 1_000_000;

/// The error of a key.
type Fails = dyn Fn(&'static str, u32) -> FactError + Send + Sync;

struct Directory(Box<Fails>);

macro_rules! fails {
    ($($fact:ident)*) => {
        $(
            impl FactSource<$fact> for Directory {
                async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                    let mut loaded = Loaded::new();
                    for key in keys.iter().filter(|key| key.group != NOBODYS) {
                        loaded.fail(key.clone(), (self.0)($fact::NAME, key.group));
                    }
                    Ok(loaded)
                }
            }
        )*
    };
}

fails! { Member Banned Closed }

#[derive(Sources)]
struct Facts {
    #[loads(Member, Banned, Closed)]
    directory: Directory,
}

#[policy]
async fn member(_: _, doc: &Document) -> bool {
    any(doc.groups.iter().map(|group| Member(*group))).await
}

#[policy]
async fn known_to_all(_: _, doc: &Document) -> bool {
    !each(doc.groups.iter().map(|group| Member(*group))).await.is_empty()
}

#[policy(forbid)]
async fn banned(_: _, doc: &Document) -> bool {
    all(doc.groups.iter().map(|group| Banned(*group))).await
}

#[policy]
async fn visitor(_: _, doc: &Document) -> bool {
    any(doc.groups.iter().map(|group| Visitor(*group))).await
}

/// Does not apply, whatever else fails.
#[policy]
async fn member_of_nobodys(_: _, doc: &Document) -> bool {
    all(doc.groups.iter().copied().chain([NOBODYS]).map(Banned)).await
}

#[policy]
async fn member_or_broken(_: _, doc: &Document) -> bool {
    let first = doc.groups[0];
    Member(first).await || Broken(first).await
}

static MEMBER: Gate<Documents, member> = Gate::new();
static KNOWN_TO_ALL: Gate<Documents, known_to_all> = Gate::new();
static VISITOR: Gate<Documents, visitor> = Gate::new();
static MEMBER_NOT_BANNED: Gate<Documents, (banned, member)> = Gate::new();
static MEMBER_OR_VISITOR: Gate<Documents, (member, visitor)> = Gate::new();

fn session(
    fails: impl Fn(&'static str, u32) -> FactError + Send + Sync + 'static,
) -> Session<Facts> {
    Session::new(Facts { directory: Directory(Box::new(fails)) })
}

/// Each key has an error text of its own.
fn each_its_own(_: &str, group: u32) -> FactError {
    FactError::safe(format!("row {group} is being migrated"))
}

fn failed(decision: &Decision) -> &FailedFacts {
    let Decision::Indeterminate { failed, .. } = decision else { panic!("{decision}") };
    failed
}

fn names(failed: &FailedFacts) -> Vec<&'static str> {
    let mut names: Vec<_> = failed.iter().map(|failed| failed.fact).collect();
    names.dedup();
    names
}

#[test]
fn sixteen_failures_are_all_shown() {
    let session = session(each_its_own);
    let decision = block_on(MEMBER.bind(&session, &(), &()).check(&document(16)));
    assert_eq!((failed(&decision).len(), failed(&decision).more()), (16, 0));
    assert!(decision.to_string().ends_with("; `Member`: row 15 is being migrated"), "{decision}");
}

#[test]
fn of_more_failures_the_first_are_shown_and_the_others_counted() {
    let session = session(each_its_own);
    let decision = block_on(MEMBER.bind(&session, &(), &()).check(&document(28)));
    assert_eq!((failed(&decision).len(), failed(&decision).more()), (16, 12));
    assert_eq!(failed(&decision)[0].to_string(), "`Member`: row 0 is being migrated");
    assert!(decision.to_string().ends_with("row 15 is being migrated; and 12 more"));
    let decision = block_on(KNOWN_TO_ALL.bind(&session, &(), &()).check(&document(28)));
    assert_eq!((failed(&decision).len(), failed(&decision).more()), (16, 12));
}

#[test]
fn a_text_that_is_shown_counts_once_however_many_keys_have_it() {
    let texts: [fn(&'static str, u32) -> FactError; 3] = [
        |_, _| FactError::safe("down"),
        |_, _| FactError::new(std::io::Error::other("each has an error of its own")),
        |_, group| FactError::safe(format!("shard {} is down", group % 2)),
    ];
    for (text, shown) in texts.into_iter().zip([1, 1, 2]) {
        let session = session(text);
        let decision = block_on(MEMBER.bind(&session, &(), &()).check(&document(1000)));
        assert_eq!((failed(&decision).len(), failed(&decision).more()), (shown, 0));
    }
}

#[test]
fn every_fact_is_named_however_often_another_one_failed_before() {
    let session = session(each_its_own);
    let access = MEMBER_NOT_BANNED.bind(&session, &(), &());
    let decision = block_on(access.check(&document(100)));
    assert_eq!(names(failed(&decision)), ["Banned", "Member"]);
    assert_eq!((failed(&decision).len(), failed(&decision).more()), (17, 84 + 99));
}

#[test]
fn a_derived_fact_names_each_fact_that_failed_in_it_once() {
    let session = session(each_its_own);
    let decision = block_on(VISITOR.bind(&session, &(), &()).check(&document(3)));
    let texts: Vec<_> = failed(&decision).iter().map(ToString::to_string).collect();
    let of = |fact: &str, row| format!("`{fact}`: row {row} is being migrated");
    let expected = (0..3).flat_map(|row| [of("Closed", row), of("Member", row)]);
    assert_eq!(texts, expected.collect::<Vec<_>>());
}

/// The failures that a body of a derived fact reads are its own, although a policy read them before.
#[test]
fn a_derived_fact_fails_by_a_fact_that_a_policy_read_before() {
    let session = session(|_, _| FactError::safe("down"));
    let decision = block_on(MEMBER_OR_VISITOR.bind(&session, &(), &()).check(&document(2)));
    assert_eq!(names(failed(&decision)), ["Member", "Closed"]);
    let decision = block_on(VISITOR.bind(&session, &(), &()).check(&document(2)));
    assert_eq!(names(failed(&decision)), ["Closed", "Member"]);
}

/// A panic after a failed operand keeps the failures read before it.
#[test]
fn a_derived_fact_that_panics_hides_no_failure() {
    static GATE: Gate<Documents, (member_or_broken, member)> = Gate::new();
    let session = session(|_, _| FactError::safe("down"));
    let decision = block_on(GATE.bind(&session, &(), &()).check(&document(2)));
    let texts: Vec<_> = failed(&decision).iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["`Member`: down"]);
}

#[test]
fn failures_of_a_decided_policy_do_not_count() {
    static GATE: Gate<Documents, (member_of_nobodys, member)> = Gate::new();
    let session = session(each_its_own);
    let decision = block_on(GATE.bind(&session, &(), &()).check(&document(28)));
    assert_eq!(names(failed(&decision)), ["Member"]);
    assert_eq!((failed(&decision).len(), failed(&decision).more()), (16, 12));
}

/// A source's own error is never formatted.
#[test]
fn the_sources_error_is_never_displayed() {
    #[derive(Clone, Default)]
    struct Counted(Arc<AtomicUsize>);
    impl fmt::Display for Counted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fetch_add(1, Ordering::Relaxed);
            f.write_str("password=hunter2 refused")
        }
    }
    impl fmt::Debug for Counted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Display::fmt(self, f)
        }
    }
    impl std::error::Error for Counted {}

    let counted = Counted::default();
    let source = counted.clone();
    let session = session(move |_, _| FactError::new(source.clone()));
    let decision = block_on(MEMBER.bind(&session, &(), &()).check(&document(1000)));
    assert_eq!(failed(&decision).len(), 1);
    let _ = decision.to_string();
    assert_eq!(counted.0.load(Ordering::Relaxed), 0);
}

/// The allocations of a check whose facts are all cached: their number, and their bytes.
fn allocated(groups: u32) -> (u64, u64) {
    let (session, doc) = (session(each_its_own), document(groups));
    let access = MEMBER.bind(&session, &(), &());
    assert!(block_on(access.check(&doc)).is_indeterminate());
    let info = allocation_counter::measure(|| {
        assert!(block_on(access.check(&doc)).is_indeterminate());
    });
    (info.count_total, info.bytes_total)
}

/// Sixteen thousand texts took more than a hundred million comparisons when each was compared with each.
#[test]
fn deciding_about_failed_keys_builds_no_texts() {
    let few = allocated(1_000);
    assert_eq!(allocated(16_000), few);
    assert!(few.0 < 16, "{few:?}");
}

/// A record lists the failures of its decision, and counts those that it leaves out.
#[test]
fn a_record_says_how_many_failures_it_leaves_out() {
    struct Lines(mpsc::Sender<serde_json::Value>);
    impl DecisionSink for Lines {
        fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
            for record in records {
                self.0.send(serde_json::to_value(record)?)?;
            }
            Ok(())
        }
    }
    let (sender, lines) = mpsc::channel();
    let recorder = Recorder::new(Lines(sender)).expect("there is a thread for it");
    let session = session(each_its_own).with_recorder(&recorder);
    let access = MEMBER.bind(&session, &(), &());
    let _ = block_on(access.check_all([document(28), document(1)]));
    recorder.flush(PATIENCE).expect("it is taken");
    let lines: Vec<_> = lines.try_iter().collect();
    assert_eq!(lines[0]["failed"].as_array().map(Vec::len), Some(16));
    assert_eq!(lines[0]["failed_more"], 12);
    assert_eq!(lines[1].get("failed_more"), None);
}
