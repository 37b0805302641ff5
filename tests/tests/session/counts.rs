//! The cost of decisions: source calls, keys and rounds, counted.

use std::pin::pin;
use std::sync::Arc;
use std::task::Context;

use futures::future::join_all;
use gatehouse::prelude::*;
use gatehouse_tests::executor::Count;
use gatehouse_tests::{Answer, Scripted, occurrences, soon};
use tokio::sync::Barrier;

/// A numbered thing with a flag that needs no load.
struct Thing {
    id: u32,
    shared: bool,
}

struct Things;
impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = Thing;
    type Context = ();
}

fn things(count: u32) -> Vec<Thing> {
    (0..count).map(|id| Thing { id, shared: true }).collect()
}

fact! {
    pub A(id: u32) -> bool = false;
    pub B(id: u32) -> bool = false;
    pub C(id: u32) -> bool = false;
    pub D(id: u32) -> bool = false;
    pub E(id: u32) -> bool = false;
    /// The owner of `id`.
    pub Owner(id: u32) -> u32;
}

macro_rules! one_fact_each {
    ($($name:ident $fact:ident)*) => {
        $(
            #[policy]
            async fn $name(_: _, thing: &Thing) -> bool {
                $fact(thing.id).await
            }
        )*
    };
}

one_fact_each! { a A b B c C d D e E }

/// Two facts, one after the other.
#[policy]
async fn owner_is_a(_: _, thing: &Thing) -> bool {
    let owner = Owner(thing.id).await?;
    A(owner).await
}

#[policy]
async fn shared_and_a(_: _, thing: &Thing) -> bool {
    thing.shared && A(thing.id).await
}

/// Facts after an early return are not loaded, whether the return needs a load or not.
#[policy]
async fn leaves_early(_: _, thing: &Thing) -> bool {
    if !thing.shared {
        let owner = Owner(thing.id).await?;
        return owner == 1;
    }
    if thing.id > 4 {
        return B(thing.id).await;
    }
    A(thing.id).await
}

#[policy]
fn everything(_: _, thing: &Thing) -> bool {
    thing.id < 1000
}

#[policy(forbid)]
fn nothing(_: _, thing: &Thing) -> bool {
    thing.id < 1000
}

/// A source that answers only when all five facts are requested at the same time.
struct Together(Arc<Barrier>);

macro_rules! together {
    ($($fact:ident)*) => {
        $(impl FactSource<$fact> for Together {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                assert_eq!(keys.len(), 100);
                self.0.wait().await;
                Ok(keys.iter().map(|key| (key.clone(), key.id == 7)).collect())
            }
        })*
    };
}

together! { A B C D E }

#[derive(Sources)]
struct FiveAtOnce {
    #[loads(A, B, C, D, E)]
    together: Together,
}

/// Five policies over five facts and a hundred resources: five concurrent calls in one round. None would
/// answer if one waited for another.
#[tokio::test(start_paused = true)]
async fn five_facts_load_concurrently() {
    static GATE: Gate<Things, (a, b, c, d, e)> = Gate::new();
    assert_eq!(GATE.plan().rounds(), 1);
    let session = Session::new(FiveAtOnce { together: Together(Arc::new(Barrier::new(5))) });
    let things = things(100);
    let access = GATE.bind(&session, &(), &());
    let visible = access.filter(&things);
    // It hangs unless all five overlap.
    let visible = soon(visible).await.unwrap();
    assert_eq!(visible.len(), 1);
}

#[derive(Sources)]
struct Facts {
    #[loads(A)]
    a: Scripted<A>,
    #[loads(Owner)]
    owner: Scripted<Owner>,
}

fn facts() -> Arc<Facts> {
    Arc::new(Facts {
        a: Scripted::new(|key: &A| Answer::Value(key.id.is_multiple_of(2))),
        owner: Scripted::new(|key: &Owner| Answer::Value(key.id / 2)),
    })
}

#[tokio::test]
async fn two_dependent_facts_are_two_calls() {
    static GATE: Gate<Things, owner_is_a> = Gate::new();
    assert_eq!(GATE.plan().rounds(), 2);
    let facts = facts();
    let session = Session::new(facts.clone());
    let decisions = GATE.bind(&session, &(), &()).check_all(things(100)).await;
    assert_eq!(decisions.iter().filter(|decision| decision.is_allow()).count(), 50);
    assert_eq!(facts.owner.sizes(), [100]);
    assert_eq!(facts.a.sizes(), [50]);
}

#[tokio::test]
async fn a_hundred_duplicates_are_one_key() {
    static GATE: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let things: Vec<_> = (0..100).map(|_| Thing { id: 4, shared: true }).collect();
    let decisions = GATE.bind(&session, &(), &()).check_all(things).await;
    assert!(decisions.iter().all(Decision::is_allow));
    assert_eq!(facts.a.sizes(), [1]);
}

#[tokio::test]
async fn a_batch_limit_splits_and_asks_each_key_once() {
    static GATE: Gate<Things, a> = Gate::new();
    let mut a = Scripted::new(|key: &A| Answer::Value(key.id == 3));
    a.max_batch = 30;
    let facts = Arc::new(Facts { a, owner: Scripted::missing() });
    let session = Session::new(facts.clone());
    let decisions = GATE.bind(&session, &(), &()).check_all(things(100)).await;
    assert_eq!(decisions.iter().filter(|decision| decision.is_allow()).count(), 1);
    assert_eq!(facts.a.sizes(), [30, 30, 30, 10]);
    let keys = occurrences(facts.a.calls().into_iter().flatten().map(|key| key.id));
    assert!(keys.len() == 100 && keys.values().all(|count| *count == 1));
}

/// Answers only when all batches are requested at the same time.
struct Chunks(Barrier);

impl FactSource<A> for Chunks {
    async fn load(&self, keys: &[A]) -> Result<Loaded<A>, FactError> {
        self.0.wait().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        25
    }
}

#[derive(Sources)]
struct InChunks {
    #[loads(A)]
    a: Chunks,
}

#[tokio::test(start_paused = true)]
async fn chunks_load_concurrently() {
    static GATE: Gate<Things, a> = Gate::new();
    let session = Session::new(InChunks { a: Chunks(Barrier::new(4)) });
    let access = GATE.bind(&session, &(), &());
    let visible = access.filter(things(100));
    // It hangs unless all four overlap.
    let visible = soon(visible).await.unwrap();
    assert_eq!(visible.len(), 100);
}

#[tokio::test]
async fn cached_keys_are_not_loaded_again() {
    static GATE: Gate<Things, (a, owner_is_a)> = Gate::new();
    static OTHER: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let access = GATE.bind(&session, &(), &());
    let _ = access.check_all(things(10)).await;
    let (a, owner) = (facts.a.sizes(), facts.owner.sizes());
    let _ = access.check_all(things(10)).await;
    // Another gate, on a clone of the session.
    let _ = OTHER.bind(&session.clone(), &(), &()).check(&Thing { id: 3, shared: true }).await;
    assert_eq!((facts.a.sizes(), facts.owner.sizes()), (a, owner));
}

/// The resolvers of one request, joined: one call with every key.
#[tokio::test]
async fn a_hundred_joined_checks_are_one_call() {
    static GATE: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let access = GATE.bind(&session, &(), &());
    let things = things(100);
    let decisions = join_all(things.iter().map(|thing| access.check(thing))).await;
    assert_eq!(decisions.iter().filter(|decision| decision.is_allow()).count(), 50);
    assert_eq!(facts.a.sizes(), [100]);
}

#[tokio::test]
async fn joined_checks_share_every_round() {
    static GATE: Gate<Things, owner_is_a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let access = GATE.bind(&session, &(), &());
    let things = things(100);
    let _ = join_all(things.iter().map(|thing| access.check(thing))).await;
    assert_eq!(facts.owner.sizes(), [100]);
    assert_eq!(facts.a.sizes(), [50]);
}

/// Facts that are answered immediately take one poll for all rounds, and wake nobody: a runtime would poll
/// the task again for each wake.
#[test]
fn immediate_answers_wake_nobody() {
    static GATE: Gate<Things, owner_is_a> = Gate::new();
    let (facts, wakes) = (facts(), Count::default());
    let session = Session::new(facts.clone());
    let (access, thing) = (GATE.bind(&session, &(), &()), Thing { id: 4, shared: true });
    let poll = pin!(access.check(&thing)).poll(&mut Context::from_waker(&wakes.waker()));
    assert!(poll.is_ready());
    assert_eq!((facts.owner.sizes(), facts.a.sizes()), (vec![1], vec![1]));
    assert_eq!(wakes.get(), 0);
}

/// A check of cached facts ends early and splits nobody's batch.
#[tokio::test]
async fn a_cache_hit_does_not_split_the_batch_of_the_others() {
    static GATE: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let access = GATE.bind(&session, &(), &());
    let things = things(100);
    let _ = access.check(&things[50]).await;
    let _ = join_all(things.iter().map(|thing| access.check(thing))).await;
    assert_eq!(facts.a.sizes(), [1, 99]);
}

#[tokio::test]
async fn checks_of_several_tasks_share_a_session() {
    static GATE: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let tasks = (0..8).map(|id| {
        let session = session.clone();
        tokio::spawn(async move {
            let thing = Thing { id: id % 4, shared: true };
            GATE.bind(&session, &(), &()).check(&thing).await.is_allow()
        })
    });
    let allowed = join_all(tasks).await.into_iter().filter(|task| *task.as_ref().unwrap()).count();
    assert_eq!(allowed, 4);
    let keys = occurrences(facts.a.calls().into_iter().flatten().map(|key| key.id));
    assert!(keys.len() == 4 && keys.values().all(|count| *count == 1));
}

#[tokio::test]
async fn facts_excluded_by_local_data_are_not_loaded() {
    static GATE: Gate<Things, shared_and_a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let things = (0..10).map(|id| Thing { id, shared: id < 3 });
    let _ = GATE.bind(&session, &(), &()).check_all(things).await;
    assert_eq!(facts.a.sizes(), [3]);
}

/// Guards before a load that lead to other loads.
#[tokio::test]
async fn facts_behind_an_early_return_are_not_loaded() {
    static GATE: Gate<Things, leaves_early> = Gate::new();
    #[derive(Sources)]
    struct All {
        #[loads(A)]
        a: Scripted<A>,
        #[loads(B)]
        b: Scripted<B>,
        #[loads(Owner)]
        owner: Scripted<Owner>,
    }
    let facts = Arc::new(All {
        a: Scripted::missing(),
        b: Scripted::missing(),
        owner: Scripted::missing(),
    });
    let session = Session::new(facts.clone());
    let things = (0..10).map(|id| Thing { id, shared: id != 0 && id != 9 });
    let _ = GATE.bind(&session, &(), &()).check_all(things).await;
    assert_eq!(
        (facts.owner.sizes(), facts.b.sizes(), facts.a.sizes()),
        (vec![2], vec![4], vec![4])
    );
}

#[tokio::test]
async fn facts_of_policies_that_cannot_matter_are_not_loaded() {
    static PERMITTED: Gate<Things, (a, everything)> = Gate::new();
    static FORBIDDEN: Gate<Things, (a, nothing)> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    assert!(PERMITTED.bind(&session, &(), &()).check(&things(1)[0]).await.is_allow());
    assert!(FORBIDDEN.bind(&session, &(), &()).check(&things(1)[0]).await.is_deny());
    assert!(facts.a.calls().is_empty());
}

#[tokio::test]
async fn a_refreshed_session_loads_anew() {
    static GATE: Gate<Things, a> = Gate::new();
    let facts = facts();
    let session = Session::new(facts.clone());
    let thing = Thing { id: 2, shared: true };
    let access = GATE.bind(&session, &(), &());
    assert!(access.check(&thing).await.is_allow());
    session.refresh().unwrap();
    assert!(access.check(&thing).await.is_allow());
    assert_eq!(facts.a.sizes(), [1, 1]);
    let empty = Facts { a: Scripted::missing(), owner: Scripted::missing() };
    session.replace_sources(empty).unwrap();
    assert!(access.check(&thing).await.is_deny());
    assert_eq!(facts.a.sizes(), [1, 1]);
}

/// Hashes and clones of keys, counted by a key part.
mod keys {
    use std::cell::Cell;
    use std::hash::{Hash, Hasher};

    use futures::executor::block_on;
    use gatehouse::prelude::*;

    use super::{Things, things};

    thread_local! {
        static HASHED: Cell<u32> = const { Cell::new(0) };
        static CLONED: Cell<u32> = const { Cell::new(0) };
    }

    #[derive(Debug, PartialEq, Eq)]
    pub struct Part(u32);

    impl Hash for Part {
        fn hash<H: Hasher>(&self, state: &mut H) {
            HASHED.set(HASHED.get() + 1);
            self.0.hash(state);
        }
    }

    impl Clone for Part {
        fn clone(&self) -> Self {
            CLONED.set(CLONED.get() + 1);
            Self(self.0)
        }
    }

    fact! {
        pub Counted(part: Part) -> bool = false;
    }

    #[policy]
    async fn counted(_: _, thing: &super::Thing) -> bool {
        Counted(Part(thing.id)).await
    }

    #[policy]
    async fn counted_too(_: _, thing: &super::Thing) -> bool {
        !Counted(Part(thing.id)).await
    }

    /// Answers every key, in the order of the request or in reverse.
    struct Yes {
        backwards: bool,
    }

    impl FactSource<Counted> for Yes {
        async fn load(&self, keys: &[Counted]) -> Result<Loaded<Counted>, FactError> {
            // The keys of the answer are the source's own, and not counted.
            let own = |key: &Counted| (Counted(Part(key.part.0)), true);
            let forwards = keys.iter().map(own);
            Ok(if self.backwards { forwards.rev().collect() } else { forwards.collect() })
        }
    }

    #[derive(Sources)]
    struct Facts {
        #[loads(Counted)]
        yes: Yes,
    }

    /// The number of hashes and clones of keys during `run`.
    fn counts<T>(run: impl Future<Output = T>) -> (u32, u32) {
        let before = (HASHED.get(), CLONED.get());
        block_on(run);
        (HASHED.get() - before.0, CLONED.get() - before.1)
    }

    static GATE: Gate<Things, counted> = Gate::new();

    #[test]
    fn a_key_is_hashed_once_and_never_cloned() {
        let session = Session::new(Facts { yes: Yes { backwards: false } });
        let access = GATE.bind(&session, &(), &());
        let things = things(1000);
        // Each key is hashed once when it is registered. Reads in the same order find each key after the
        // one before.
        assert_eq!(counts(access.check_all(&things)), (1000, 0));
        assert_eq!(counts(access.check_all(&things)), (1, 0));
        // In another order each key is looked up, but for the last one that was read.
        assert_eq!(counts(access.check_all(things.iter().rev())), (999, 0));
    }

    #[test]
    fn a_key_is_hashed_once_more_for_each_policy_that_reads_it() {
        static BOTH: Gate<Things, (counted_too, counted)> = Gate::new();
        let session = Session::new(Facts { yes: Yes { backwards: false } });
        let things = things(1000);
        let asked = counts(BOTH.bind(&session, &(), &()).check_all(&things));
        assert_eq!(asked, (2000, 0));
    }

    /// Answers in another order are matched by hash: one for each key, and one for each answer but the
    /// first, which belongs to the last key.
    #[test]
    fn an_answer_in_another_order_costs_two_hashes() {
        let session = Session::new(Facts { yes: Yes { backwards: true } });
        let access = GATE.bind(&session, &(), &());
        assert_eq!(counts(access.check_all(things(1000))), (1000 + 1000 + 999, 0));
    }
}
