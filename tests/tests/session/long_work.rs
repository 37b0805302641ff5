//! Long evaluations that wait for nothing: they yield by the amount of work, and end soon after a deadline.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use gatehouse::Decision;
use gatehouse::prelude::*;
use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
use gatehouse::testing::Never;
use gatehouse_tests::executor::Count;
use gatehouse_tests::spans::collected;
use gatehouse_tests::{Answer, PATIENCE, Scripted};

/// Counts the runs of its policies.
#[derive(Default)]
struct User {
    runs: AtomicUsize,
}

struct Document {
    id: u32,
    groups: u32,
}

struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Member(group: u32) -> bool = false;
    /// Not loaded before the deadline.
    pub Slow(id: u32) -> bool = false;

    pub Derived(id: u32) -> bool {
        Slow(id).await
    }

    pub Visitor(group: u32) -> bool {
        Member(group).await
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Member)]
    member: Scripted<Member>,
    #[loads(Slow)]
    never: Never,
}

fn session() -> Session<Facts> {
    let member = Scripted::new(|key: &Member| Answer::Value(key.group == u32::MAX));
    Session::new(Facts { member, never: Never })
}

#[policy(forbid)]
fn every_seventh(user: &User, doc: &Document) -> bool {
    user.runs.fetch_add(1, Ordering::Relaxed);
    doc.id.is_multiple_of(7)
}

#[policy]
fn even(_: _, doc: &Document) -> bool {
    doc.id.is_multiple_of(2)
}

#[policy]
async fn member(user: &User, doc: &Document) -> bool {
    user.runs.fetch_add(1, Ordering::Relaxed);
    any((0..doc.groups).map(Member)).await
}

#[policy]
async fn visitor(user: &User, doc: &Document) -> bool {
    user.runs.fetch_add(1, Ordering::Relaxed);
    any((0..doc.groups).map(Visitor)).await
}

/// The first group decides.
#[policy]
async fn member_of_the_first(user: &User, doc: &Document) -> bool {
    user.runs.fetch_add(1, Ordering::Relaxed);
    any((0..doc.groups).map(|group| Member(u32::MAX - group))).await
}

#[policy]
async fn slow(_: _, doc: &Document) -> bool {
    Slow(doc.id).await
}

#[policy]
async fn derived(_: _, _: &Document) -> bool {
    Derived(0).await
}

static LOCAL: Gate<Documents, (every_seventh, even)> = Gate::new();
static FORBIDS: Gate<Documents, every_seventh> = Gate::new();
static MEMBER: Gate<Documents, member> = Gate::new();
static VISITOR: Gate<Documents, visitor> = Gate::new();
static MEMBER_OF_THE_FIRST: Gate<Documents, member_of_the_first> = Gate::new();
static SLOW: Gate<Documents, (every_seventh, even, slow)> = Gate::new();
static DERIVED: Gate<Documents, (every_seventh, derived)> = Gate::new();

fn documents(count: u32, groups: u32) -> Vec<Document> {
    (0..count).map(|id| Document { id, groups }).collect()
}

/// Polls a future that yields without waiting, to its end, and calls `polled` after each poll. Gives the
/// number of polls.
fn polls<T>(future: impl Future<Output = T>, mut polled: impl FnMut()) -> (usize, T) {
    let count = Count::default();
    let waker = count.waker();
    let mut future = pin!(future);
    for polls in 1.. {
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        polled();
        if let Poll::Ready(value) = poll {
            return (polls, value);
        }
        assert_eq!(count.get(), polls, "what yields wakes itself, once");
    }
    unreachable!()
}

/// A deadline that passes at its poll with this number.
struct Polls {
    polls: Arc<AtomicUsize>,
    most: usize,
}

impl Future for Polls {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.polls.fetch_add(1, Ordering::Relaxed) + 1 == self.most {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn session_until(most: usize) -> (Session<Facts>, Arc<AtomicUsize>) {
    let polls = Arc::new(AtomicUsize::new(0));
    let deadline = Polls { polls: Arc::clone(&polls), most };
    (session().with_deadline(deadline), polls)
}

#[test]
fn a_local_page_yields_by_its_resources() {
    let (session, user) = (session(), User::default());
    let access = LOCAL.bind(&session, &user, &());
    let yields = |count| polls(access.check_all(documents(count, 0)), || ()).0;
    assert_eq!(yields(4_096), 1);
    assert_eq!(yields(4_097), 2);
    assert_eq!((yields(100_000), yields(200_000)), (25, 49));
}

/// The number of polls of a page with cached facts, so many for each resource. Between two yields, it reads
/// at most the work of one yield and the facts of one resource.
macro_rules! yields {
    ($gate:ident) => {
        |count, groups: u32| {
            let (session, user) = (session(), User::default());
            let access = $gate.bind(&session, &user, &());
            let _ = polls(access.check(&Document { id: 0, groups }), || ());
            let (mut before, mut most) = (user.runs.load(Ordering::Relaxed), 0);
            let (polls, decisions) = polls(access.check_all(documents(count, groups)), || {
                let runs = user.runs.load(Ordering::Relaxed);
                most = most.max(runs - before);
                before = runs;
            });
            assert!(!decisions.iter().any(Decision::is_indeterminate));
            assert!((most - 1) * groups as usize <= 4_096, "{most} resources in a poll");
            polls
        }
    };
}

/// Two thousand resources with two hundred facts each once took one poll.
#[test]
fn a_page_of_facts_yields_by_its_reads() {
    let yields = yields!(MEMBER);
    assert_eq!((yields(500, 200), yields(1_000, 200), yields(2_000, 200)), (24, 48, 96));
    // One resource is the smallest unit of work.
    assert_eq!(yields(10, 10_000), 10);
}

#[test]
fn final_derived_facts_count_as_reads() {
    let yields = yields!(VISITOR);
    assert_eq!((yields(500, 200), yields(1_000, 200)), (24, 48));
}

/// An iterator continues after the decisive key.
#[test]
fn keys_after_the_decisive_one_count() {
    let yields = yields!(MEMBER_OF_THE_FIRST);
    assert_eq!((yields(500, 200), yields(1_000, 200)), (24, 48));
}

/// Records with facts run the policies again.
#[test]
fn the_records_of_a_page_yield_by_their_reads() {
    struct Nowhere;
    impl DecisionSink for Nowhere {
        fn write(&mut self, _: &[DecisionRecord]) -> Result<(), SinkError> {
            Ok(())
        }
    }
    let yields = |count| {
        let recorder = Recorder::new(Nowhere).expect("there is a thread for it").with_facts();
        let (session, user) = (session().with_recorder(&recorder), User::default());
        let access = MEMBER.bind(&session, &user, &());
        let _ = polls(access.check(&Document { id: 0, groups: 200 }), || ());
        let before = user.runs.load(Ordering::Relaxed);
        let (polls, _) = polls(access.check_all(documents(count, 200)), || ());
        let runs = user.runs.load(Ordering::Relaxed) - before;
        assert_eq!((runs, recorder.dropped()), (2 * count as usize, 0));
        polls
    };
    // The first records are made in the poll that decides the last resources.
    assert_eq!((yields(100), yields(200)), (9, 19));
}

/// A deadline of three milliseconds once ended after three hundred.
#[test]
fn a_page_ends_soon_after_its_deadline() {
    let (session_without, user) = (session(), User::default());
    let expected =
        polls(LOCAL.bind(&session_without, &user, &()).check_all(documents(200_000, 0)), || ()).1;
    let mut runs = Vec::new();
    for count in [100_000, 200_000] {
        let ((session, deadline), user) = (session_until(3), User::default());
        let access = LOCAL.bind(&session, &user, &());
        let (polls, decisions) = polls(access.check_all(documents(count, 0)), || ());
        // Each yield checks the deadline.
        assert_eq!(deadline.load(Ordering::Relaxed), 3);
        assert!(polls > 3);
        let mut left_out = 0;
        for (decision, expected) in decisions.iter().zip(&expected) {
            if decision.is_indeterminate() {
                left_out += 1;
            } else {
                assert_eq!(decision.to_string(), expected.to_string());
            }
        }
        runs.push(user.runs.load(Ordering::Relaxed));
        assert_eq!(left_out, count as usize - runs[0]);
        let text = "indeterminate: `every_seventh` could not be decided: `every_seventh`: the session's \
                    deadline passed before it was run";
        assert_eq!(decisions.last().map(ToString::to_string).as_deref(), Some(text));
        // No resource is decided after one that is not.
        assert!(decisions.is_sorted_by_key(Decision::is_indeterminate));
    }
    // Three yields before, and eight more.
    assert_eq!(runs, [11 * 4_096; 2]);
}

/// Reads after the deadline count as well.
#[test]
fn a_page_of_facts_ends_soon_after_its_deadline() {
    let runs = |count| {
        let ((session, _), user) = (session_until(2), User::default());
        let access = MEMBER.bind(&session, &user, &());
        let decisions = polls(access.check_all(documents(count, 200)), || ()).1;
        assert!(decisions.iter().all(Decision::is_indeterminate));
        user.runs.load(Ordering::Relaxed)
    };
    assert_eq!(runs(10_000), runs(1_000));
    assert!(runs(1_000) < 300);
}

/// After a deadline that ends a load, no more work is done than after another one.
#[test]
fn a_page_that_waits_ends_soon_after_its_deadline() {
    // The first pass ends before the deadline.
    let runs = |count, most| {
        let ((session, deadline), user) = (session_until(most), User::default());
        let access = SLOW.bind(&session, &user, &());
        let decisions = polls(access.check_all(documents(count, 0)), || ()).1;
        assert_eq!(deadline.load(Ordering::Relaxed), most);
        assert!(decisions.iter().any(Decision::is_allow));
        user.runs.load(Ordering::Relaxed) - count as usize
    };
    let after = runs(100_000, 200);
    assert_eq!(runs(200_000, 200), after);
    // Each resource and its fact: the work of eight yields, and what was begun before.
    assert!((8 * 2_048..=9 * 2_048).contains(&after), "{after}");
}

#[test]
fn a_short_page_is_decided_though_its_deadline_passes() {
    let ((session, deadline), user) = (session_until(1), User::default());
    let access = LOCAL.bind(&session, &user, &());
    let decisions = polls(access.check_all(documents(9 * 4_096, 0)), || ()).1;
    assert_eq!(deadline.load(Ordering::Relaxed), 1);
    assert!(!decisions.iter().any(Decision::is_indeterminate));
}

/// Without a permit a gate denies, whatever the facts are.
#[test]
fn without_a_permit_nothing_is_indeterminate() {
    let ((session, _), user) = (session_until(1), User::default());
    let access = FORBIDS.bind(&session, &user, &());
    let decisions = polls(access.check_all(documents(100_000, 0)), || ()).1;
    assert!(decisions.iter().all(Decision::is_deny));
}

/// Facts that are known at the deadline decide every resource of a waiting page.
#[test]
fn facts_known_at_the_deadline_decide_a_whole_page() {
    let ((session, deadline), user) = (session_until(5), User::default());
    let access = SLOW.bind(&session, &user, &());
    let page = documents(4_000, 0);
    let decisions = polls(access.check_all(&page), || ()).1;
    assert_eq!(deadline.load(Ordering::Relaxed), 5);
    for (doc, decision) in page.iter().zip(&decisions) {
        let expected = if doc.id.is_multiple_of(7) {
            "denied by `every_seventh`"
        } else if doc.id.is_multiple_of(2) {
            "allowed by `even`"
        } else {
            "indeterminate: `slow` could not be decided: `Slow`: the session's deadline passed"
        };
        assert_eq!(decision.to_string(), expected);
    }
}

/// A fact that was pending before the deadline has failed for the rest of the pass.
#[test]
fn a_pending_derived_fact_fails_at_the_deadline() {
    for most in 1..6 {
        let ((session, _), user) = (session_until(most), User::default());
        let access = DERIVED.bind(&session, &user, &());
        let page = documents(20_000, 0);
        let decisions = polls(access.check_all(&page), || ()).1;
        for (doc, decision) in page.iter().zip(&decisions) {
            assert_eq!(decision.is_deny(), doc.id.is_multiple_of(7));
            assert!(!decision.is_allow());
        }
        // Resources before the deadline ran once more, or not at all while their fact was pending.
        assert!(user.runs.load(Ordering::Relaxed) <= 3 * page.len());
    }
}

/// A resource that was not run is recorded, and is not run for its record.
#[test]
fn undecided_resources_are_recorded_without_a_run() {
    struct Count(Arc<AtomicUsize>);
    impl DecisionSink for Count {
        fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
            self.0.fetch_add(records.len(), Ordering::Relaxed);
            Ok(())
        }
    }
    let taken = Arc::new(AtomicUsize::new(0));
    let recorder = Recorder::new(Count(Arc::clone(&taken))).expect("there is a thread for it");
    let recorder = recorder.with_facts();
    let ((session, _), user) = (session_until(1), User::default());
    let session = session.with_recorder(&recorder);
    let access = LOCAL.bind(&session, &user, &());
    let decisions = polls(access.check_all(documents(100_000, 0)), || ()).1;
    let run = decisions.iter().filter(|decision| !decision.is_indeterminate()).count();
    assert_eq!(user.runs.load(Ordering::Relaxed), 2 * run);
    recorder.flush(PATIENCE).expect("it is taken");
    assert_eq!(taken.load(Ordering::Relaxed), 100_000);
}

/// Events of decisions are emitted in parts of a page.
#[test]
fn the_events_of_a_page_yield() {
    let yields = |count| {
        let (session, user) = (session(), User::default());
        let access = LOCAL.bind(&session, &user, &());
        let mut yields = 0;
        collected(|| yields = polls(access.check_all(documents(count, 0)), || ()).0);
        yields
    };
    assert_eq!((yields(8_192), yields(16_384)), (3, 7));
}
