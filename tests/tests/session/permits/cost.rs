//! The cost of loads behind a limit.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::future::join_all;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;

use super::*;

/// A load without waiters allocates its future, its place in the queue, and its keys if there are several.
#[test]
fn a_load_behind_a_limit_allocates_little() {
    struct AtOnce;
    impl FactSource<Plain> for AtOnce {
        async fn load(&self, _: &[Plain]) -> Result<Loaded<Plain>, FactError> {
            Ok(Loaded::new())
        }
    }
    let limited = MaxConcurrent::new(AtOnce, 1);
    let allocations = |keys: &[Plain]| {
        let run = || assert!(futures::executor::block_on(limited.load(keys)).is_ok());
        run();
        allocation_counter::measure(run).count_total
    };
    assert_eq!(allocations(&[Plain(1)]), 2);
    assert_eq!(allocations(&[Plain(1), Plain(2)]), 3);
}

/// Counts polls of the limiter's loads, wakes that reach them, and polls of the loads inside.
#[derive(Debug, Default)]
struct Costs {
    outer_polls: AtomicUsize,
    wakes: AtomicUsize,
    inner_polls: AtomicUsize,
}

impl Costs {
    fn all(&self) -> [usize; 3] {
        [&self.outer_polls, &self.wakes, &self.inner_polls]
            .map(|count| count.load(Ordering::Relaxed))
    }
}

/// Loads one key at a time, and sleeps meanwhile or yields once.
struct OneAtATime {
    costs: Arc<Costs>,
    sleeps: bool,
}

impl FactSource<Plain> for OneAtATime {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let time = if self.sleeps { Duration::from_millis(10) } else { Duration::ZERO };
        let (mut sleep, mut is_first) = (pin!(tokio::time::sleep(time)), true);
        poll_fn(|cx| {
            self.costs.inner_polls.fetch_add(1, Ordering::Relaxed);
            if self.sleeps {
                return sleep.as_mut().poll(cx);
            }
            if std::mem::take(&mut is_first) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

/// A limiter whose loads are counted from outside.
struct Counted(MaxConcurrent<OneAtATime>, Arc<Costs>);

/// Counts the wakes that it passes on.
struct CountedWaker(Waker, Arc<Costs>);

impl Wake for CountedWaker {
    fn wake(self: Arc<Self>) {
        self.1.wakes.fetch_add(1, Ordering::Relaxed);
        self.0.wake_by_ref();
    }
}

impl FactSource<Plain> for Counted {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let mut load = pin!(self.0.load(keys));
        poll_fn(|cx| {
            self.1.outer_polls.fetch_add(1, Ordering::Relaxed);
            let waker = Waker::from(Arc::new(CountedWaker(cx.waker().clone(), self.1.clone())));
            load.as_mut().poll(&mut Context::from_waker(&waker))
        })
        .await
    }

    fn max_batch_size(&self) -> usize {
        FactSource::<Plain>::max_batch_size(&self.0)
    }
}

#[derive(Sources)]
struct CountedFacts {
    #[loads(Plain)]
    db: Arc<Counted>,
}

fn counted(sleeps: bool) -> (Arc<Costs>, Arc<CountedFacts>) {
    let costs = Arc::new(Costs::default());
    let limited = MaxConcurrent::new(OneAtATime { costs: costs.clone(), sleeps }, 4);
    let db = Arc::new(Counted(limited, costs.clone()));
    (costs, Arc::new(CountedFacts { db }))
}

/// The cost of one page of `n` resources, each with a load of its own.
async fn one_session(n: u32, sleeps: bool) -> [usize; 3] {
    let (costs, facts) = counted(sleeps);
    let session = Session::new(facts);
    let visible = PLAIN.bind(&session, &(), &()).filter(0..n).await.expect("nothing fails");
    assert_eq!(visible.len(), n as usize);
    costs.all()
}

/// The cost of `n` tasks, each with a session of its own.
async fn many_sessions(n: u32, sleeps: bool) -> [usize; 3] {
    let (costs, facts) = counted(sleeps);
    let checks = (0..n).map(|id| {
        let facts = facts.clone();
        tokio::spawn(async move {
            let session = Session::new(facts);
            PLAIN.bind(&session, &(), &()).check(&id).await.is_allow()
        })
    });
    assert!(join_all(checks).await.into_iter().all(|allowed| allowed.unwrap()));
    costs.all()
}

/// Twice as many loads cost at most 2.1 times as much.
fn assert_linear(n: u32, half: [usize; 3], whole: [usize; 3]) {
    println!("{n} loads: {half:?}; twice as many: {whole:?}");
    for (half, whole) in half.into_iter().zip(whole) {
        assert!(whole * 10 <= half * 21, "{half} of {n} loads became {whole} of twice as many");
    }
    let [.., inner_polls] = whole;
    assert_eq!(inner_polls, 4 * n as usize, "each load is polled twice");
}

#[tokio::test(start_paused = true)]
async fn loads_behind_few_permits_are_linear() {
    for sleeps in [false, true] {
        let (half, whole) = (one_session(1_000, sleeps).await, one_session(2_000, sleeps).await);
        assert_linear(1_000, half, whole);
        let (half, whole) =
            (many_sessions(1_000, sleeps).await, many_sessions(2_000, sleeps).await);
        assert_linear(1_000, half, whole);
    }
}
