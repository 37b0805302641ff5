//! Failures that other libraries shipped.

use std::sync::Arc;

use futures::future::join_all;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::{Answer, Held, Scripted, soon};

fact! {
    pub Viewer(id: u32) -> bool = false;
    /// It has the same parts and the same type of value as `Viewer`.
    pub Editor(id: u32) -> bool = false;
    pub Parent(id: u32) -> u32;
}

#[policy]
async fn viewer(_: _, thing: &u32) -> bool {
    Viewer(*thing).await
}

#[policy]
async fn editor(_: _, thing: &u32) -> bool {
    Editor(*thing).await
}

#[policy]
async fn viewer_above(_: _, thing: &u32) -> bool {
    Viewer(Parent(*thing).await?).await
}

static VIEWER: Gate<Things, viewer> = Gate::new();

#[derive(Sources)]
struct HeldFacts {
    #[loads(Viewer)]
    held: Arc<Held<Scripted<Viewer>>>,
}

fn held() -> (Arc<Held<Scripted<Viewer>>>, Session<HeldFacts>) {
    let held = Arc::new(Held::new(Scripted::always(true)));
    (held.clone(), Session::new(HeldFacts { held }))
}

/// Guarantee 3: openfga#3125, a cancelled check cached as "no".
#[tokio::test]
async fn a_cancelled_check_is_not_cached_as_false() {
    let (held, session) = held();
    let access = VIEWER.bind(&session, &(), &());
    let mut cancelled = Box::pin(access.check(&1));
    assert!(futures::poll!(cancelled.as_mut()).is_pending());
    drop(cancelled);
    held.release(10);
    assert!(access.check(&1).await.is_allow());
    assert_eq!(held.calls(), 2);
}

/// Guarantees 1 and 10: CVE-2026-34972, a duplicate key in a batch is answered wrongly.
#[tokio::test]
async fn duplicate_keys_of_a_batch_have_one_answer() {
    let viewer = Scripted::new(|key: &Viewer| Answer::Value(key.id == 1));
    let facts = Arc::new(Facts::new(viewer, Scripted::missing()));
    let session = Session::new(facts.clone());
    let decisions = VIEWER.bind(&session, &(), &()).check_all([1_u32, 2, 1, 2, 1]).await;
    let words: Vec<_> = decisions.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["allow", "deny", "allow", "deny", "allow"]);
    assert_eq!(facts.viewer.sizes(), [2]);
}

#[derive(Sources)]
struct Facts {
    #[loads(Viewer)]
    viewer: Scripted<Viewer>,
    #[loads(Editor)]
    editor: Scripted<Editor>,
    #[loads(Parent)]
    parent: Scripted<Parent>,
}

impl Facts {
    fn new(viewer: Scripted<Viewer>, editor: Scripted<Editor>) -> Self {
        let parent = Scripted::new(|key: &Parent| match key.id {
            9 => Answer::Failure,
            id => Answer::Value(id + 1),
        });
        Self { viewer, editor, parent }
    }
}

/// Guarantee 6: openfga#3097, keys of different facts that collide in a cache.
#[tokio::test]
async fn facts_with_equal_parts_never_meet() {
    static EDITOR: Gate<Things, editor> = Gate::new();
    let session = Session::new(Facts::new(Scripted::always(true), Scripted::always(false)));
    assert!(VIEWER.bind(&session, &(), &()).check(&1).await.is_allow());
    assert!(EDITOR.bind(&session, &(), &()).check(&1).await.is_deny());
}

/// Guarantee 10: dataloader#97, a cache hit that resolves early and splits the next batch in two.
#[tokio::test]
async fn a_cache_hit_does_not_split_the_next_batch() {
    static ABOVE: Gate<Things, viewer_above> = Gate::new();
    let facts = Arc::new(Facts::new(Scripted::always(true), Scripted::missing()));
    let session = Session::new(facts.clone());
    let access = ABOVE.bind(&session, &(), &());
    let _ = access.check(&20).await;
    let things: Vec<u32> = (20..30).filter(|id| *id != 9).collect();
    let _ = join_all(things.iter().map(|thing| access.check(thing))).await;
    assert_eq!(facts.parent.sizes(), [1, 9]);
    assert_eq!(facts.viewer.sizes(), [1, 9]);
}

/// Guarantee 3: gatehouse 0.6, a cancelled leader is an error for every waiter, for the rest of the
/// session.
#[tokio::test]
async fn a_cancelled_leader_strands_nobody() {
    let (held, session) = held();
    let access = VIEWER.bind(&session, &(), &());
    let mut leader = Box::pin(access.check(&1));
    assert!(futures::poll!(leader.as_mut()).is_pending());
    let mut joiner = Box::pin(access.check(&1));
    assert!(futures::poll!(joiner.as_mut()).is_pending());
    // The first poll of the joiner yields; the second one waits.
    assert!(futures::poll!(joiner.as_mut()).is_pending());
    drop(leader);
    held.release(10);
    assert!(joiner.await.is_allow());
    assert!(access.check(&1).await.is_allow());
    assert_eq!(held.calls(), 1);
}

/// Guarantee 8: gatehouse 0.6, a leader that is polled once and parked makes every waiter hang.
#[tokio::test(start_paused = true)]
async fn a_parked_leader_blocks_nobody() {
    let (held, session) = held();
    let access = VIEWER.bind(&session, &(), &());
    let mut leader = Box::pin(access.check(&1));
    assert!(futures::poll!(leader.as_mut()).is_pending());
    held.release(10);
    assert!(soon(access.check(&1)).await.is_allow());
    assert!(leader.await.is_allow());
}

/// Guarantee 9: CVE-2025-49011, a failure below an arrow is taken for "no".
#[tokio::test]
async fn a_failure_below_an_arrow_is_no_deny() {
    static ABOVE: Gate<Things, viewer_above> = Gate::new();
    let session = Session::new(Facts::new(
        Scripted::new(
            |key: &Viewer| if key.id == 6 { Answer::Failure } else { Answer::Value(true) },
        ),
        Scripted::missing(),
    ));
    let access = ABOVE.bind(&session, &(), &());
    assert!(access.check(&4).await.is_allow());
    assert!(access.check(&5).await.is_indeterminate());
    assert!(access.check(&9).await.is_indeterminate());
}

/// A source that uses up its task's budget, as tokio's resources do, and wakes its task.
#[tokio::test(start_paused = true)]
async fn a_source_that_wakes_itself_makes_progress() {
    struct Busy;
    impl FactSource<Viewer> for Busy {
        async fn load(&self, keys: &[Viewer]) -> Result<Loaded<Viewer>, FactError> {
            for _ in 0..1000 {
                tokio::task::consume_budget().await;
            }
            Ok(keys.iter().map(|key| (key.clone(), true)).collect())
        }
    }
    #[derive(Sources)]
    struct BusyFacts {
        #[loads(Viewer)]
        busy: Busy,
    }
    let session = Session::new(BusyFacts { busy: Busy });
    let access = VIEWER.bind(&session, &(), &());
    assert!(soon(access.check(&1)).await.is_allow());
}
