//! Parked checks: begun and not polled any more, while their loads hold what loads of others need.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::executor::{CountingExecutor, Order, Signals};
use gatehouse_tests::{PATIENCE, soon};
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::yield_now;

fact! {
    pub Row(id: u32) -> bool = false;
}

#[policy]
async fn row(_: _, thing: &u32) -> bool {
    Row(*thing).await
}

static GATE: Gate<Things, row> = Gate::new();

/// What one load at a time can have.
#[derive(Clone, Copy, Debug)]
enum Held {
    Lock,
    Permit,
}

/// What a load does while it has it.
#[derive(Clone, Copy, Debug)]
enum Pace {
    Yields,
    Signals(usize),
    Sleeps,
}

/// A connection that serves one load at a time.
struct Source {
    held: Held,
    pace: Pace,
    lock: Mutex<()>,
    permits: Semaphore,
    signals: Signals,
}

impl Source {
    fn new(held: Held, pace: Pace) -> Arc<Self> {
        let (lock, permits) = (Mutex::new(()), Semaphore::new(1));
        Arc::new(Self { held, pace, lock, permits, signals: Signals::default() })
    }

    async fn wait(&self) {
        match self.pace {
            Pace::Yields => yield_now().await,
            Pace::Signals(many) => {
                for _ in 0..many {
                    self.signals.next().await;
                }
            }
            Pace::Sleeps => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

impl FactSource<Row> for Source {
    async fn load(&self, keys: &[Row]) -> Result<Loaded<Row>, FactError> {
        match self.held {
            Held::Lock => {
                let _lock = self.lock.lock().await;
                self.wait().await;
            }
            Held::Permit => {
                let _permit = self.permits.acquire().await?;
                self.wait().await;
            }
        }
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Row)]
    source: Arc<Source>,
}

fn session(source: &Arc<Source>) -> Session<Facts> {
    Session::new(Facts { source: Arc::clone(source) })
}

const EVERYTHING: [(Held, Pace); 6] = [
    (Held::Lock, Pace::Yields),
    (Held::Lock, Pace::Signals(1)),
    (Held::Lock, Pace::Signals(3)),
    (Held::Permit, Pace::Yields),
    (Held::Permit, Pace::Signals(1)),
    (Held::Permit, Pace::Signals(3)),
];

/// Parks some checks after `polls` polls each. Whether another check, of `id`, is answered then.
fn is_answered(held: Held, pace: Pace, parked: u32, polls: usize, id: u32) -> bool {
    let source = Source::new(held, pace);
    let session = session(&source);
    let access = GATE.bind(&session, &(), &());
    let ids: Vec<u32> = (0..parked).collect();
    let mut executor = CountingExecutor::default();
    for id in &ids {
        let number = executor.spawn(access.check(id));
        executor.park(number);
    }
    for _ in 0..polls {
        (0..ids.len()).for_each(|number| executor.poll(number));
    }
    let other = executor.spawn(async { assert!(access.check(&id).await.is_allow()) });
    executor.run();
    source.signals.give_all(&mut executor, Order::Forward);
    executor.is_done(other)
}

/// Guarantee 8: the load of a parked check gives back what it holds, because others drive it.
#[test]
fn a_parked_check_gives_back_what_its_load_holds() {
    for (held, pace) in EVERYTHING {
        for parked in [1, 5] {
            for polls in 0..=4 {
                for id in [parked, 0] {
                    let case = format!("{held:?}, {pace:?}, {parked} polled {polls} times, {id}");
                    assert!(
                        is_answered(held, pace, parked, polls, id),
                        "{case}: nobody is answered"
                    );
                }
            }
        }
    }
}

/// The first check holds, the second is queued and parked, and is next once the first is done. `late`: the
/// third check starts only then, so that nobody waited when the load of the second was woken. Whether the
/// third is answered.
fn is_answered_behind_one_in_line(held: Held, pace: Pace, polls: usize, late: bool) -> bool {
    let source = Source::new(held, pace);
    let session = session(&source);
    let access = GATE.bind(&session, &(), &());
    let mut executor = CountingExecutor::default();
    let first = executor.spawn(access.check(&1));
    let second = executor.spawn(access.check(&2));
    executor.park(second);
    for _ in 0..polls {
        executor.poll(first);
        executor.poll(second);
    }
    if late {
        executor.run();
        source.signals.give_all(&mut executor, Order::Forward);
        assert!(executor.is_done(first), "the first one has all that it needs");
    }
    let other = executor.spawn(async { assert!(access.check(&3).await.is_allow()) });
    executor.run();
    source.signals.give_all(&mut executor, Order::Forward);
    executor.is_done(first) && executor.is_done(other)
}

/// Guarantee 8: a queue does not stop at the load of a parked check.
#[test]
fn a_queue_proceeds_past_a_parked_check() {
    for (held, pace) in EVERYTHING {
        for polls in 1..=4 {
            for late in [false, true] {
                let case = format!("{held:?}, {pace:?}, polled {polls} times, late: {late}");
                let is_answered = is_answered_behind_one_in_line(held, pace, polls, late);
                assert!(is_answered, "{case}: nobody is answered");
            }
        }
    }
}

/// Guarantee 8: of many waiters, one that is polled is answered, whichever was woken first.
#[test]
fn one_polled_waiter_among_many_is_answered() {
    for (held, pace) in EVERYTHING {
        for polled in 0..6 {
            let source = Source::new(held, pace);
            let session = session(&source);
            let access = GATE.bind(&session, &(), &());
            let ids: Vec<u32> = (0..6).collect();
            let mut executor = CountingExecutor::default();
            for id in &ids {
                executor.spawn(access.check(id));
            }
            // Twice, so that all wait for what the first load holds.
            for number in (0..6).chain(0..6) {
                executor.poll(number);
            }
            (0..6).filter(|number| *number != polled).for_each(|number| executor.park(number));
            executor.run();
            source.signals.give_all(&mut executor, Order::Forward);
            assert!(executor.is_done(polled), "{held:?}, {pace:?}: {polled} is not answered");
        }
    }
}

/// Guarantee 8: in tasks of a runtime, with a timer.
#[tokio::test(start_paused = true)]
async fn a_task_that_keeps_a_parked_check_blocks_nobody() {
    for held in [Held::Lock, Held::Permit] {
        for polls in 1..=3 {
            let source = Source::new(held, Pace::Sleeps);
            let session = Arc::new(session(&source));
            let keeps = |id: u32| {
                let session = Arc::clone(&session);
                async move {
                    let access = GATE.bind(&session, &(), &());
                    let mut check = Box::pin(access.check(&id));
                    for _ in 0..polls {
                        assert!(futures::poll!(check.as_mut()).is_pending());
                    }
                    std::future::pending::<()>().await;
                    drop(check);
                }
            };
            let keepers = [tokio::spawn(keeps(1)), tokio::spawn(keeps(2))];
            yield_now().await;
            let access = GATE.bind(&session, &(), &());
            let decision = tokio::time::timeout(PATIENCE, access.check(&3)).await;
            assert!(decision.is_ok_and(|decision| decision.is_allow()), "{held:?}, {polls} polls");
            keepers.iter().for_each(tokio::task::JoinHandle::abort);
        }
    }
}

/// One connection: row 0 holds it until it is released, row 1 needs it, row 2 ends after nine ticks, and
/// other rows never end.
#[derive(Default)]
struct Rows {
    connection: Mutex<()>,
    release: Notify,
    tick: Notify,
}

impl FactSource<Row> for Rows {
    async fn load(&self, keys: &[Row]) -> Result<Loaded<Row>, FactError> {
        match keys[0].id {
            0 => {
                let _connection = self.connection.lock().await;
                self.release.notified().await;
            }
            1 => drop(self.connection.lock().await),
            2 => {
                for _ in 0..9 {
                    self.tick.notified().await;
                }
            }
            _ => std::future::pending().await,
        }
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

#[derive(Sources)]
struct RowsFacts {
    #[loads(Row)]
    rows: Arc<Rows>,
}

type Check = Pin<Box<dyn Future<Output = Decision> + Send>>;

/// Guarantee 8: waiters that were often woken for others in vain are no longer woken for them while there
/// are many waiters; when there are few, all are woken. So a waiter between two parked ones proceeds.
#[tokio::test(start_paused = true)]
async fn a_waiter_often_woken_in_vain_is_woken_between_two_parked_ones() {
    let rows = Arc::new(Rows::default());
    let session = Session::new(RowsFacts { rows: rows.clone() });
    let check = |id: u32| -> Check {
        let session = session.clone();
        Box::pin(async move { GATE.bind(&session, &(), &()).check(&id).await })
    };
    let is_over = async |check: &mut Check| {
        poll_fn(|cx| Poll::Ready(check.as_mut().poll(cx).is_ready())).await
    };
    let mut holder = check(0);
    for _ in 0..3 {
        assert!(!is_over(&mut holder).await);
    }
    let (mut oldest, mut live, mut newest) = (check(10), check(1), check(11));
    let mut ticks = check(2);
    while !is_over(&mut ticks).await {
        for check in [&mut oldest, &mut live, &mut newest] {
            assert!(!is_over(check).await);
        }
        tokio::task::yield_now().await;
        rows.tick.notify_one();
    }
    for check in [&mut oldest, &mut live] {
        assert!(!is_over(check).await);
    }
    let live = tokio::spawn(live);
    tokio::task::yield_now().await;
    assert!(!is_over(&mut newest).await);
    rows.release.notify_one();
    let decision = soon(live).await;
    assert!(decision.expect("it does not panic").is_allow());
    drop((holder, oldest, newest));
}
