//! The cost of many checks, loads and batches on one session is linear in their number: counted at three
//! sizes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::executor::{
    Count, CountingExecutor, Counts, Order, Signals, assert_linear, counted,
};
use tokio::sync::Semaphore;
use tokio::task::yield_now;

fact! {
    pub Member(id: u32) -> bool = false;
}

#[policy]
async fn own(_: _, thing: &u32) -> bool {
    Member(*thing).await
}

/// Each reads the first key beside its own.
#[policy]
async fn first_or_own(_: _, thing: &u32) -> bool {
    Member(0).await || Member(*thing).await
}

static OWN: Gate<Things, own> = Gate::new();
static FIRST_OR_OWN: Gate<Things, first_or_own> = Gate::new();

/// What a load does before it answers.
#[derive(Clone, Copy, Debug)]
enum Pace {
    AtOnce,
    YieldsOnce,
    /// Waits for so many signals, one after the other.
    Signals(usize),
    /// Load `n` sleeps for `n` milliseconds.
    Sleeps,
    /// Waits for its turn, and then for a signal: one at a time.
    InTurn,
}

/// Answers that everybody is a member, and counts the polls of its loads.
struct Source {
    pace: Pace,
    limit: usize,
    polls: Count,
    signals: Signals,
    calls: AtomicU64,
    turn: Semaphore,
}

impl Source {
    fn new(pace: Pace, limit: usize) -> Arc<Self> {
        let (polls, signals, calls) = (Count::default(), Signals::default(), AtomicU64::new(0));
        Arc::new(Self { pace, limit, polls, signals, calls, turn: Semaphore::new(1) })
    }

    async fn wait(&self) {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        match self.pace {
            Pace::AtOnce => {}
            Pace::YieldsOnce => yield_now().await,
            Pace::Signals(steps) => {
                for _ in 0..steps {
                    self.signals.next().await;
                }
            }
            Pace::Sleeps => tokio::time::sleep(Duration::from_millis(1 + number)).await,
            Pace::InTurn => {
                let _turn = self.turn.acquire().await;
                self.signals.next().await;
            }
        }
    }
}

impl FactSource<Member> for Source {
    async fn load(&self, keys: &[Member]) -> Result<Loaded<Member>, FactError> {
        counted(self.polls.clone(), self.wait()).await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        self.limit
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Member)]
    source: Arc<Source>,
}

fn session(source: &Arc<Source>) -> Session<Facts> {
    Session::new(Facts { source: Arc::clone(source) })
}

fn ids(many: usize) -> Vec<u32> {
    (0..u32::try_from(many).expect("small")).collect()
}

/// So many checks on one session, with a key of their own each, answered in this order.
fn checks(many: usize, pace: Pace, limit: usize, order: Order) -> Counts {
    let source = Source::new(pace, limit);
    let session = session(&source);
    let access = OWN.bind(&session, &(), &());
    let ids = ids(many);
    let mut executor = CountingExecutor::default();
    for id in &ids {
        executor.spawn(async { assert!(access.check(id).await.is_allow()) });
    }
    executor.run();
    source.signals.give_all(&mut executor, order);
    assert!(executor.are_done(0..many), "everybody is answered");
    Counts::of(&executor, &source.polls)
}

#[test]
fn checks_with_a_call_each_are_linear() {
    for order in [Order::Reverse, Order::Shuffled, Order::Forward] {
        assert_linear(order, 100, |many| checks(many, Pace::Signals(1), 1, order));
    }
    assert_linear("ready", 100, |many| checks(many, Pace::AtOnce, 1, Order::Forward));
    assert_linear("yields", 100, |many| checks(many, Pace::YieldsOnce, 1, Order::Forward));
}

/// A pool of one, as `MaxConcurrent` is: each answer starts the next load.
#[test]
fn checks_that_take_turns_are_linear() {
    assert_linear("turns", 100, |many| checks(many, Pace::InTurn, 1, Order::Forward));
}

#[test]
fn checks_that_share_a_load_of_several_steps_are_linear() {
    let steps = |many, steps| checks(many, Pace::Signals(steps), usize::MAX, Order::Forward);
    assert_linear("checks", 100, |many| steps(many, 4));
    assert_linear("steps", 10, |many| {
        let Counts { polls, loads, wakes } = steps(10, many);
        // Ten are woken at each step.
        Counts { polls: polls / 10, loads, wakes: wakes / 10 }
    });
}

/// One page of so many resources, with one key a call.
fn page(many: usize, pace: Pace, order: Order, with_the_first: bool) -> Counts {
    let source = Source::new(pace, 1);
    let session = session(&source);
    let (own, both) = (OWN.bind(&session, &(), &()), FIRST_OR_OWN.bind(&session, &(), &()));
    let mut executor = CountingExecutor::default();
    executor.spawn(async {
        let ids = ids(many);
        let decisions =
            if with_the_first { both.check_all(ids).await } else { own.check_all(ids).await };
        assert!(decisions.len() == many && decisions.iter().all(Decision::is_allow));
    });
    executor.run();
    source.signals.give_all(&mut executor, order);
    assert!(executor.is_done(0), "the page is answered");
    Counts::of(&executor, &source.polls)
}

#[test]
fn a_page_of_small_batches_is_linear() {
    let (ready, yields, waits) = (Pace::AtOnce, Pace::YieldsOnce, Pace::Signals(1));
    for (pace, order) in [
        (ready, Order::Forward),
        (yields, Order::Forward),
        (waits, Order::Forward),
        (waits, Order::Reverse),
        (waits, Order::Shuffled),
        (Pace::InTurn, Order::Forward),
    ] {
        for with_the_first in [false, true] {
            let what = (pace, order, with_the_first);
            assert_linear(what, 100, |many| page(many, pace, order, with_the_first));
        }
    }
}

/// So many tasks with a check each on one session, whose loads end one after the other.
fn tasks(many: usize, limit: usize) -> Counts {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let source = Source::new(Pace::Sleeps, limit);
        let (session, polls) = (Arc::new(session(&source)), Count::default());
        let spawned: Vec<_> = ids(many)
            .into_iter()
            .map(|id| {
                let (session, polls) = (Arc::clone(&session), polls.clone());
                tokio::spawn(counted(polls, async move {
                    OWN.bind(&session, &(), &()).check(&id).await.is_allow()
                }))
            })
            .collect();
        for task in spawned {
            assert!(task.await.expect("no panic"));
        }
        Counts { polls: polls.get(), loads: source.polls.get(), wakes: 0 }
    })
}

#[test]
fn tasks_with_a_check_each_are_linear() {
    assert_linear("a call each", 100, |many| tasks(many, 1));
    assert_linear("seven a call", 100, |many| tasks(many, 7));
    assert_linear("one call", 100, |many| tasks(many, usize::MAX));
}

/// Drops a page that waits for so many loads, which run in turn; another check waits on.
fn dropped(many: usize) -> Counts {
    let source = Source::new(Pace::InTurn, 1);
    let session = session(&source);
    let access = OWN.bind(&session, &(), &());
    let mut executor = CountingExecutor::default();
    let page = executor.spawn(access.check_all(ids(many)));
    executor.run();
    let other = executor.spawn(access.check(&u32::MAX));
    executor.run();
    executor.drop_task(page);
    executor.run();
    source.signals.give_all(&mut executor, Order::Forward);
    assert!(executor.is_done(other), "whoever waits on is answered");
    Counts::of(&executor, &source.polls)
}

#[test]
fn dropping_a_page_is_linear() {
    assert_linear("dropped", 100, dropped);
}
