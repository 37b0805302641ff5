//! Cycles of loads: sources that check on their own session, and loads that wait for each other.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::{PATIENCE, soon};
use tokio::sync::Notify;

fact! {
    /// Loaded by the first source.
    pub First(id: u32) -> bool = false;
    /// Loaded by the second source.
    pub Second(id: u32) -> bool = false;
    /// Loaded by the third source.
    pub Third(id: u32) -> bool = false;
}

#[policy]
async fn first(_: _, id: &u32) -> bool {
    First(*id).await
}

#[policy]
async fn second(_: _, id: &u32) -> bool {
    Second(*id).await
}

#[policy]
async fn third(_: _, id: &u32) -> bool {
    Third(*id).await
}

#[policy]
async fn either(_: _, id: &u32) -> bool {
    First(*id).await || Second(*id).await
}

static FIRST: Gate<Things, first> = Gate::new();
static SECOND: Gate<Things, second> = Gate::new();
static THIRD: Gate<Things, third> = Gate::new();
static EITHER: Gate<Things, either> = Gate::new();

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;
type Ask = Box<dyn Fn(Session<Facts>, u32) -> Answer + Send + Sync>;

/// Answers each key by a function, which may use the session.
struct Asks {
    ask: Ask,
    session: Arc<OnceLock<Session<Facts>>>,
    limit: usize,
}

impl Asks {
    async fn answers(&self, ids: Vec<u32>) -> Result<Vec<bool>, FactError> {
        let session = self.session.get().ok_or_else(|| FactError::safe("no session"))?;
        let mut answers = Vec::new();
        for id in ids {
            answers.push((self.ask)(session.clone(), id).await);
        }
        Ok(answers)
    }
}

macro_rules! answers {
    ($($fact:ident)*) => { $(
        impl FactSource<$fact> for Asks {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                let answers = self.answers(keys.iter().map(|key| key.id).collect()).await?;
                Ok(keys.iter().cloned().zip(answers).collect())
            }

            fn max_batch_size(&self) -> usize {
                self.limit
            }
        }
    )* };
}

answers!(First Second Third);

#[derive(Sources)]
struct Facts {
    #[loads(First)]
    first: Asks,
    #[loads(Second)]
    second: Asks,
    #[loads(Third)]
    third: Asks,
}

fn ask<F>(ask: impl Fn(Session<Facts>, u32) -> F + Send + Sync + 'static) -> Ask
where
    F: Future<Output = bool> + Send + 'static,
{
    Box::new(move |session, id| Box::pin(ask(session, id)))
}

fn yes() -> Ask {
    ask(|_, _| async { true })
}

/// A session whose sources have it: the tests leak it.
fn session(asks: [Ask; 3], limit: usize) -> Session<Facts> {
    let own = Arc::new(OnceLock::new());
    let [first, second, third] = asks.map(|ask| Asks { ask, session: own.clone(), limit });
    let session = Session::new(Facts { first, second, third });
    assert!(own.set(session.clone()).is_ok());
    session
}

async fn check(session: Session<Facts>, gate: usize, id: u32) -> Decision {
    match gate {
        0 => FIRST.bind(&session, &(), &()).check(&id).await,
        1 => SECOND.bind(&session, &(), &()).check(&id).await,
        _ => THIRD.bind(&session, &(), &()).check(&id).await,
    }
}

fn is_cycle_error(decision: &Decision) -> bool {
    decision.is_indeterminate() && decision.to_string().contains("waits for itself")
}

/// The gate of number `id` of a cycle.
fn member(id: u32) -> usize {
    id as usize % 3
}

/// Guarantee 9: every load of a cycle fails, whichever is first, and no later check leads one again.
#[tokio::test]
async fn every_load_of_a_cycle_fails_for_later_checks_too() {
    for n in 1..=6 {
        for later in 0..n {
            let loads = Arc::new(AtomicUsize::new(0));
            let next = || {
                let loads = Arc::clone(&loads);
                ask(move |session, id| {
                    loads.fetch_add(1, Ordering::Relaxed);
                    async move {
                        let next = (id + 1) % n;
                        // Its source turns the failure into a value, which must not be used.
                        check(session, member(next), next).await.is_deny()
                    }
                })
            };
            let session = session([next(), next(), next()], 1);
            let one = soon(check(session.clone(), member(0), 0)).await;
            assert!(is_cycle_error(&one), "{n}: {one}");
            let other = soon(check(session, member(later), later)).await;
            assert!(is_cycle_error(&other), "{n}, {later}: {other}");
            assert_eq!(loads.load(Ordering::Relaxed), n as usize);
        }
    }
}

/// Guarantees 3 and 9: a check on a cycle is dropped after any number of polls. It leaves nothing in the
/// session, and its sources' values are dropped.
#[tokio::test]
async fn a_dropped_cycle_leaves_nothing() {
    for polls in 0..10 {
        let held = Arc::new(());
        let other = |gate: usize| {
            let held = Arc::clone(&held);
            ask(move |session, id| {
                let held = Arc::clone(&held);
                async move {
                    let allowed = check(session, gate, id).await.is_allow();
                    drop(held);
                    allowed
                }
            })
        };
        let own = Arc::new(OnceLock::new());
        let [first, second, third] =
            [other(1), other(0), yes()].map(|ask| Asks { ask, session: own.clone(), limit: 1 });
        let facts = Arc::new(Facts { first, second, third });
        let session = Session::new(facts.clone());
        assert!(own.set(session.clone()).is_ok());
        {
            let access = EITHER.bind(&session, &(), &());
            let mut check = Box::pin(access.check(&1));
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(check.as_mut().poll(cx).is_ready())).await {
                    break;
                }
            }
        }
        // Two are in the closures.
        assert_eq!(Arc::strong_count(&held), 3, "after {polls} polls");
        assert!(session.refresh().is_ok(), "a load is left after {polls} polls");
    }
}

/// A deadline that checks on its own session is polled by waiters, also inside a load. That load does not
/// wait for the loads of the deadline.
#[tokio::test(start_paused = true)]
async fn loads_of_a_deadline_are_no_part_of_the_load_that_drives_it() {
    let go = Arc::new(Notify::new());
    let notify = go.clone();
    let first = ask(move |session, id| {
        notify.notify_one();
        async move { check(session, 1, id).await.is_allow() }
    });
    let second = ask(|_, _| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        true
    });
    let session = session([first, second, yes()], usize::MAX);
    let asked = session.clone();
    let session = session.with_deadline(async move {
        go.notified().await;
        let decision = check(asked, 0, 1).await;
        assert!(decision.is_allow(), "{decision}");
        tokio::time::sleep(Duration::from_millis(400)).await;
    });
    let decision = soon(check(session, 0, 1)).await;
    assert!(decision.is_allow(), "{decision}");
}

/// Blocks the thread, as a source should not.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

/// A source that blocks on its own session drives the loads that it waits for; a cycle with such a link
/// fails like any other.
#[test]
fn a_source_may_block_on_its_session() {
    let blocks =
        |gate| ask(move |session, id| async move { block_on(check(session, gate, id)).is_allow() });
    let asks =
        |gate| ask(move |session, id| async move { check(session, gate, id).await.is_allow() });
    let down =
        ask(|session, id| async move { id == 0 || block_on(check(session, 0, id - 1)).is_allow() });
    let cases = [
        (session([blocks(1), yes(), yes()], 1), 1, false),
        (session([blocks(1), asks(2), yes()], 1), 1, false),
        (session([asks(1), blocks(2), yes()], 1), 1, false),
        (session([down, yes(), yes()], 1), 12, false),
        (session([blocks(0), yes(), yes()], 1), 1, true),
        (session([blocks(1), blocks(0), yes()], 1), 1, true),
        (session([blocks(1), asks(0), yes()], 1), 1, true),
    ];
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    for (case, (session, id, is_cycle)) in cases.into_iter().enumerate() {
        let decision = runtime
            .block_on(runtime.spawn(soon(check(session, 0, id))))
            .expect("it does not panic");
        assert_eq!(
            (decision.is_allow(), is_cycle_error(&decision)),
            (!is_cycle, is_cycle),
            "{case}"
        );
    }
}

/// A load waits for what its source awaits, and not for a check that it dropped.
#[tokio::test(start_paused = true)]
async fn a_dropped_check_is_no_link_of_a_cycle() {
    let first = ask(|session, id| async move {
        let short = tokio::time::timeout(Duration::from_millis(10), check(session, 1, id)).await;
        assert!(short.is_err());
        tokio::time::sleep(Duration::from_millis(60)).await;
        true
    });
    let second = ask(|session, id| async move {
        tokio::time::sleep(Duration::from_millis(30)).await;
        check(session, 0, id).await.is_allow()
    });
    let session = session([first, second, yes()], 1);
    let both = async { tokio::join!(check(session.clone(), 0, 1), check(session.clone(), 1, 1)) };
    let (one, other) = soon(both).await;
    assert!(one.is_allow(), "{one}");
    assert!(other.is_allow(), "{other}");
}

/// A value whose destructor uses the session that held it.
#[derive(Clone, Debug)]
pub struct UsesSession(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: u32,
}

static HOLDS: OnceLock<Session<Holds>> = OnceLock::new();

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(session) = HOLDS.get().filter(|_| self.id == 1) {
            let _ = session.refresh();
            let decision = futures::executor::block_on(HELD.bind(session, &(), &()).check(&2));
            assert!(decision.is_allow(), "{decision}");
        }
    }
}

fact! {
    /// A value that uses its session when it is dropped.
    pub Held(id: u32) -> UsesSession;
}

#[policy]
async fn held(_: _, id: &u32) -> bool {
    Held(*id).await?.0.id == *id
}

static HELD: Gate<Things, held> = Gate::new();

struct Holder;

impl FactSource<Held> for Holder {
    async fn load(&self, keys: &[Held]) -> Result<Loaded<Held>, FactError> {
        let value = |key: &Held| UsesSession(Arc::new(Inner { id: key.id }));
        Ok(keys.iter().map(|key| (key.clone(), value(key))).collect())
    }
}

#[derive(Sources)]
struct Holds {
    #[loads(Held)]
    holder: Holder,
}

/// Guarantee 9: a session drops values outside of its locks.
#[test]
fn values_are_dropped_outside_of_locks() {
    let session = HOLDS.get_or_init(|| Session::new(Holds { holder: Holder }));
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let decision = futures::executor::block_on(HELD.bind(session, &(), &()).check(&1));
        assert!(decision.is_allow(), "{decision}");
        let _ = sender.send(session.refresh());
    });
    let refreshed = receiver.recv_timeout(PATIENCE);
    assert_eq!(refreshed.expect("it does not stand still"), Ok(()));
}
