//! Deadlines of sessions, and limits on concurrent loads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::{Held, Scripted};

fact! {
    pub Slow(id: u32) -> bool = false;
    pub Fast(id: u32) -> bool = false;
}

/// Takes ten seconds for `Slow`, and counts the loads in flight.
#[derive(Default)]
struct Source {
    calls: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl FactSource<Slow> for Source {
    async fn load(&self, keys: &[Slow]) -> Result<Loaded<Slow>, FactError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_in_flight.fetch_max(now, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(10)).await;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Fast> for Source {
    async fn load(&self, keys: &[Fast]) -> Result<Loaded<Fast>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.id == 1)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Slow, Fast)]
    source: Arc<Source>,
}

#[policy]
async fn slow(_: _, thing: &u32) -> bool {
    Slow(*thing).await
}

#[policy(forbid)]
async fn fast_forbids(_: _, thing: &u32) -> bool {
    Fast(*thing).await
}

#[policy]
async fn fast_permits(_: _, thing: &u32) -> bool {
    Fast(*thing).await
}

fn session(seconds: u64) -> (Arc<Source>, Session<Facts>) {
    let source = Arc::new(Source::default());
    let sleep = tokio::time::sleep(Duration::from_secs(seconds));
    (source.clone(), Session::new(Facts { source }).with_deadline(sleep))
}

static SLOW: Gate<Things, slow> = Gate::new();

/// Guarantee 9: a load that hangs ends at the deadline, with an error that says so.
#[tokio::test(start_paused = true)]
async fn loads_pending_at_the_deadline_fail() {
    let (_, session) = session(1);
    let before = tokio::time::Instant::now();
    let decision = SLOW.bind(&session, &(), &()).check(&1).await;
    let text = "indeterminate: `slow` could not be decided: `Slow`: the session's deadline passed";
    assert_eq!(decision.to_string(), text);
    assert_eq!(before.elapsed(), Duration::from_secs(1));
}

/// Guarantee 9: facts that are known at the deadline still decide.
#[tokio::test(start_paused = true)]
async fn facts_known_at_the_deadline_decide() {
    static FORBIDDEN: Gate<Things, (fast_forbids, slow)> = Gate::new();
    static PERMITTED: Gate<Things, (slow, fast_permits)> = Gate::new();
    let words =
        |decisions: Vec<Decision>| -> Vec<_> { decisions.iter().map(Decision::as_str).collect() };
    let (_, session) = self::session(1);
    let decisions = FORBIDDEN.bind(&session, &(), &()).check_all([1_u32, 2]).await;
    assert_eq!(words(decisions), ["deny", "indeterminate"]);
    let (_, session) = self::session(1);
    let decisions = PERMITTED.bind(&session, &(), &()).check_all([1_u32, 2]).await;
    assert_eq!(words(decisions), ["allow", "indeterminate"]);
}

/// Guarantee 9: after the deadline nothing is loaded, until the session has another one.
#[tokio::test(start_paused = true)]
async fn after_the_deadline_nothing_is_loaded() {
    let (source, session) = session(1);
    let access = SLOW.bind(&session, &(), &());
    assert!(access.check(&1).await.is_indeterminate());
    assert!(access.check(&2).await.is_indeterminate());
    assert_eq!(source.calls.load(Ordering::Relaxed), 1);
    let session = session.with_deadline(tokio::time::sleep(Duration::from_secs(60)));
    assert!(SLOW.bind(&session, &(), &()).check(&2).await.is_allow());
}

/// Guarantees 8 and 9: the deadline ends evaluations of other tasks, one of which is not polled.
#[tokio::test(start_paused = true)]
async fn a_deadline_reaches_every_task() {
    let (_, session) = session(1);
    let access = SLOW.bind(&session, &(), &());
    let mut parked = Box::pin(access.check(&1));
    assert!(futures::poll!(parked.as_mut()).is_pending());
    let others = (0..4).map(|id| {
        let session = session.clone();
        tokio::spawn(async move { SLOW.bind(&session, &(), &()).check(&id).await })
    });
    for other in join_all(others).await {
        assert!(other.unwrap().is_indeterminate());
    }
    assert!(parked.await.is_indeterminate());
}

/// A source with a limit on concurrent loads, across sessions: every check ends.
#[tokio::test(start_paused = true)]
async fn loads_run_within_the_limit() {
    #[derive(Sources)]
    struct Limited {
        #[loads(Slow)]
        source: MaxConcurrent<Arc<Source>>,
    }
    let source = Arc::new(Source::default());
    let facts = Arc::new(Limited { source: MaxConcurrent::new(source.clone(), 3) });
    let requests = (0..10).map(|id| {
        let facts = facts.clone();
        tokio::spawn(async move {
            let session = Session::new(facts);
            SLOW.bind(&session, &(), &()).check(&id).await.is_allow()
        })
    });
    let allowed = join_all(requests).await;
    assert!(allowed.into_iter().all(|request| request.unwrap()));
    assert_eq!(source.most_in_flight.load(Ordering::Relaxed), 3);
    assert_eq!(source.calls.load(Ordering::Relaxed), 10);
}

fact! {
    /// Its source answers when the test releases it.
    pub Late(id: u32) -> bool = false;
    /// Derived from `Late`.
    pub FromLate(id: u32) -> bool {
        Late(id).await
    }
}

#[policy]
async fn from_late(_: _, thing: &u32) -> bool {
    FromLate(*thing).await
}

#[derive(Sources)]
struct HeldFacts {
    #[loads(Late)]
    source: Arc<Held<Scripted<Late>>>,
}

/// A derived fact that failed because of a deadline is computed again under another one.
#[tokio::test]
async fn a_failure_by_a_deadline_is_forgotten_with_it() {
    static GATE: Gate<Things, from_late> = Gate::new();
    let source = Arc::new(Held::new(Scripted::always(true)));
    let session =
        Session::new(HeldFacts { source: source.clone() }).with_deadline(std::future::ready(()));
    for _ in 0..2 {
        let decision = GATE.bind(&session, &(), &()).check(&1).await;
        assert!(decision.is_indeterminate(), "{decision}");
    }
    let session = session.with_deadline(std::future::pending());
    source.release(1);
    let decision = GATE.bind(&session, &(), &()).check(&1).await;
    assert!(decision.is_allow(), "{decision}");
}
