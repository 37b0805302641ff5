//! Sources that check on the session for which they load: the cost is linear, and the stack is bounded.
//! Each test has a process of its own, because a stack overflow ends a process.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse_tests::child::in_child;
use gatehouse_tests::domains::Things;
use gatehouse_tests::executor::{
    Count, CountingExecutor, Counts, Order, Signals, assert_linear, counted,
};
use tokio::task::{spawn_blocking, yield_now};

fact! {
    pub Inner(id: u32) -> bool = false;
    /// Its source checks `Inner`.
    pub Outer(id: u32) -> bool = false;
    /// Its source checks the link before, down to the first.
    pub Link(id: u32) -> bool = false;
}

#[policy]
async fn inner(_: _, thing: &u32) -> bool {
    Inner(*thing).await
}

#[policy]
async fn outer(_: _, thing: &u32) -> bool {
    Outer(*thing).await
}

#[policy]
async fn link(_: _, thing: &u32) -> bool {
    Link(*thing).await
}

static INNER: Gate<Things, inner> = Gate::new();
static OUTER: Gate<Things, outer> = Gate::new();
static LINK: Gate<Things, link> = Gate::new();

/// What a load that checks nothing does before it answers.
#[derive(Clone, Copy, Debug)]
enum Pace {
    YieldsOnce,
    /// Waits for a signal.
    Signal,
    /// Yields, waits for other tasks and for timers.
    Busy,
}

struct Source {
    own: OnceLock<Weak<Session<Facts>>>,
    limit: usize,
    pace: Pace,
    polls: Count,
    signals: Signals,
}

impl Source {
    fn session(&self) -> Result<Arc<Session<Facts>>, FactError> {
        let session = self.own.get().and_then(Weak::upgrade);
        session.ok_or_else(|| FactError::safe("the session is gone"))
    }

    async fn wait(&self, id: u32) {
        match self.pace {
            Pace::YieldsOnce => yield_now().await,
            Pace::Signal => self.signals.next().await,
            Pace::Busy => busy(id).await,
        }
    }
}

/// Waits as a database driver does, in an order of its own for each key.
async fn busy(id: u32) {
    for i in 0..4 {
        match (id + i) % 4 {
            0 => {
                for _ in 0..20 {
                    yield_now().await;
                }
            }
            1 => drop(tokio::spawn(yield_now()).await),
            2 => tokio::time::sleep(Duration::from_micros(100)).await,
            _ => drop(spawn_blocking(|| ()).await),
        }
    }
}

impl FactSource<Inner> for Source {
    async fn load(&self, keys: &[Inner]) -> Result<Loaded<Inner>, FactError> {
        counted(self.polls.clone(), self.wait(keys[0].id)).await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        self.limit
    }
}

impl FactSource<Outer> for Source {
    async fn load(&self, keys: &[Outer]) -> Result<Loaded<Outer>, FactError> {
        let load = async {
            if matches!(self.pace, Pace::Busy) {
                yield_now().await;
            }
            let session = self.session()?;
            let ids: Vec<u32> = keys.iter().map(|key| key.id).collect();
            let decisions = INNER.bind(&session, &(), &()).check_all(&ids).await;
            let allowed = decisions.iter().map(Decision::is_allow);
            Ok(keys.iter().cloned().zip(allowed).collect())
        };
        counted(self.polls.clone(), load).await
    }

    fn max_batch_size(&self) -> usize {
        self.limit
    }
}

impl FactSource<Link> for Source {
    async fn load(&self, keys: &[Link]) -> Result<Loaded<Link>, FactError> {
        let load = async {
            let session = self.session()?;
            let mut loaded = Loaded::new();
            for key in keys {
                let mut holds = true;
                if let Some(before) = key.id.checked_sub(1) {
                    holds = LINK.bind(&session, &(), &()).check(&before).await.is_allow();
                } else {
                    self.wait(0).await;
                }
                loaded.insert(key.clone(), holds);
            }
            Ok(loaded)
        };
        counted(self.polls.clone(), load).await
    }

    /// Two links in one call would be a load that waits for itself.
    fn max_batch_size(&self) -> usize {
        1
    }
}

/// The reentrant facts are first, so that their loads are driven before those that they wait for.
#[derive(Sources)]
struct Facts {
    #[loads(Outer, Link, Inner)]
    source: Arc<Source>,
}

/// A session whose source has it.
fn session(limit: usize, pace: Pace) -> (Arc<Session<Facts>>, Arc<Source>) {
    let (own, polls, signals) = (OnceLock::new(), Count::default(), Signals::default());
    let source = Arc::new(Source { own, limit, pace, polls, signals });
    let session = Arc::new(Session::new(Facts { source: Arc::clone(&source) }));
    source.own.set(Arc::downgrade(&session)).expect("it is set once");
    (session, source)
}

fn ids(many: usize) -> Vec<u32> {
    (0..u32::try_from(many).expect("small")).collect()
}

/// One page of so many reentrant loads.
fn page(many: usize) -> Counts {
    let (session, source) = session(1, Pace::YieldsOnce);
    let access = OUTER.bind(&session, &(), &());
    let mut executor = CountingExecutor::default();
    executor.spawn(async {
        assert!(access.check_all(ids(many)).await.iter().all(Decision::is_allow));
    });
    executor.run();
    assert!(executor.is_done(0), "the page is answered");
    Counts::of(&executor, &source.polls)
}

/// So many checks with a reentrant load each.
fn checks(many: usize) -> Counts {
    let (session, source) = session(1, Pace::YieldsOnce);
    let access = OUTER.bind(&session, &(), &());
    let ids = ids(many);
    let mut executor = CountingExecutor::default();
    for id in &ids {
        executor.spawn(async { assert!(access.check(id).await.is_allow()) });
    }
    executor.run();
    assert!(executor.are_done(0..many), "everybody is answered");
    Counts::of(&executor, &source.polls)
}

/// A chain of so many loads, each of which waits for the next.
fn chain(many: usize) -> Counts {
    let (session, source) = session(1, Pace::YieldsOnce);
    let access = LINK.bind(&session, &(), &());
    let last = u32::try_from(many - 1).expect("small");
    let mut executor = CountingExecutor::default();
    executor.spawn(async { assert!(access.check(&last).await.is_allow()) });
    executor.run();
    assert!(executor.is_done(0), "the chain is answered");
    Counts::of(&executor, &source.polls)
}

/// Parks checks whose loads are reentrant. Whether later checks are answered: of the same load, of the load
/// inside, and of others.
fn are_answered(pace: Pace, limit: usize, polls: usize) -> bool {
    let (session, source) = session(limit, pace);
    let (outer, inner) = (OUTER.bind(&session, &(), &()), INNER.bind(&session, &(), &()));
    let chain = LINK.bind(&session, &(), &());
    let mut executor = CountingExecutor::default();
    let parked = [executor.spawn(outer.check(&1)), executor.spawn(chain.check(&5))];
    for number in parked {
        executor.park(number);
        (0..polls).for_each(|_| executor.poll(number));
    }
    let others = [
        executor.spawn(async { assert!(outer.check(&1).await.is_allow()) }),
        executor.spawn(async { assert!(inner.check(&1).await.is_allow()) }),
        executor.spawn(async { assert!(outer.check(&2).await.is_allow()) }),
        executor.spawn(async { assert!(chain.check(&3).await.is_allow()) }),
        executor.spawn(async { assert!(chain.check(&7).await.is_allow()) }),
    ];
    executor.run();
    source.signals.give_all(&mut executor, Order::Forward);
    others.into_iter().all(|number| executor.is_done(number))
}

/// Guarantee 8: a parked check with a reentrant load blocks no other waiter.
#[test]
fn a_parked_check_with_a_reentrant_load_blocks_nobody() {
    for pace in [Pace::YieldsOnce, Pace::Signal] {
        for limit in [1, usize::MAX] {
            for polls in 0..=5 {
                let case = format!("{pace:?}, {limit} a call, polled {polls} times");
                assert!(are_answered(pace, limit, polls), "{case}: somebody is not answered");
            }
        }
    }
}

/// Runs on a thread with a stack of so many KiB.
fn on_stack<T: Send + 'static>(kib: usize, run: impl FnOnce() -> T + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(kib << 10).spawn(run).expect("a thread");
    assert!(thread.join().is_ok(), "it panicked");
}

#[test]
fn a_page_of_reentrant_loads_is_linear() {
    in_child(a_page_of_reentrant_loads_is_linear, || assert_linear("page", 25, page));
}

#[test]
fn checks_with_reentrant_loads_are_linear() {
    in_child(checks_with_reentrant_loads_are_linear, || assert_linear("checks", 25, checks));
}

#[test]
fn a_chain_of_reentrant_loads_is_linear() {
    in_child(a_chain_of_reentrant_loads_is_linear, || assert_linear("chain", 25, chain));
}

/// The stack of a worker of tokio.
#[test]
fn many_reentrant_loads_fit_a_worker_stack() {
    in_child(many_reentrant_loads_fit_a_worker_stack, || on_stack(2_048, || page(3_200)));
}

#[test]
fn many_reentrant_loads_fit_a_small_stack() {
    in_child(many_reentrant_loads_fit_a_small_stack, || on_stack(256, || page(3_200)));
}

#[test]
fn many_checks_with_reentrant_loads_fit_a_small_stack() {
    in_child(many_checks_with_reentrant_loads_fit_a_small_stack, || {
        on_stack(256, || checks(3_200));
    });
}

#[test]
fn a_chain_of_reentrant_loads_fits_a_worker_stack() {
    in_child(a_chain_of_reentrant_loads_fits_a_worker_stack, || on_stack(2_048, || chain(500)));
}

#[test]
fn a_chain_of_reentrant_loads_fits_a_small_stack() {
    in_child(a_chain_of_reentrant_loads_fits_a_small_stack, || {
        on_stack(256, || chain(500));
    });
}

/// One of several tasks on a session with reentrant sources: some checks are begun first, and completed
/// last.
async fn begin_some_and_end_them(session: Arc<Session<Facts>>, task: u32, begun: usize) {
    let access = OUTER.bind(&session, &(), &());
    let ids: Vec<u32> = (0..10).map(|i| task * 100 + i).collect();
    let (first, others) = ids.split_at(begun);
    let mut waiting = Vec::new();
    for id in first {
        let mut check = Box::pin(access.check(id));
        // The other thread may have loaded the fact already.
        let mut is_over = false;
        for _ in 0..2 {
            is_over = is_over || futures::poll!(check.as_mut()).is_ready();
        }
        if !is_over {
            waiting.push(check);
        }
    }
    for id in others {
        assert!(access.check(id).await.is_allow());
    }
    for check in waiting {
        assert!(check.await.is_allow());
    }
}

/// So many sessions on two threads, with `limit` keys a call.
fn two_threads(sessions: usize, limit: usize) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for _ in 0..sessions {
            let (session, _) = session(limit, Pace::Busy);
            let begin = |task| tokio::spawn(begin_some_and_end_them(Arc::clone(&session), task, 3));
            for task in (0..16).map(begin).collect::<Vec<_>>() {
                task.await.expect("no panic");
            }
        }
    });
}

/// Wakes of two threads that meet do not call each other.
#[test]
fn wakes_of_two_threads_do_not_recurse() {
    in_child(wakes_of_two_threads_do_not_recurse, || {
        two_threads(40, usize::MAX);
        two_threads(20, 1);
    });
}
