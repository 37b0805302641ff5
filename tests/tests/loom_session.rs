//! Models of the session end to end: real policies, real gates, real sources, on two threads.
#![cfg(loom)]

#[path = "../../gatehouse/src/sync/model.rs"]
mod model;

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use gatehouse::Call;
use gatehouse::prelude::*;
use loom::future::block_on;
use loom::thread;

use self::model::explore;

fact! {
    /// Whether `item` is left.
    pub Left(item: u8) -> bool = false;
    /// Whether `item` is right.
    pub Right(item: u8) -> bool = false;
}

/// One load, then the other.
#[policy(lazy)]
async fn left_then_right(_: &u8, item: &u8) -> bool {
    Left(*item).await && Right(*item).await
}

/// The same, the other way round.
#[policy(lazy)]
async fn right_then_left(_: &u8, item: &u8) -> bool {
    Right(*item).await && Left(*item).await
}

/// One load.
#[policy]
async fn left(_: &u8, item: &u8) -> bool {
    Left(*item).await
}

/// One load.
#[policy]
async fn right(_: &u8, item: &u8) -> bool {
    Right(*item).await
}

/// May a number have an item?
pub struct Items;
impl Domain for Items {
    type Subject = u8;
    type Action = ();
    type Resource = u8;
    type Context = ();
}

static LEFT: Gate<Items, left> = Gate::new();
static LEFT_RIGHT: Gate<Items, left_then_right> = Gate::new();
static RIGHT_LEFT: Gate<Items, right_then_left> = Gate::new();

/// Answers the same for every key, after a yield, and counts the keys that it is asked for.
struct Answers {
    left: bool,
    right: bool,
    keys: AtomicUsize,
    in_flight: AtomicUsize,
}

impl Answers {
    fn new(left: bool, right: bool) -> Self {
        Self { left, right, keys: AtomicUsize::new(0), in_flight: AtomicUsize::new(0) }
    }

    async fn load(&self, keys: usize) {
        self.keys.fetch_add(keys, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let _landing = Landing(&self.in_flight);
        yield_now().await;
    }
}

/// Counts a load out, however it ends.
struct Landing<'a>(&'a AtomicUsize);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl FactSource<Left> for Answers {
    async fn load(&self, keys: &[Left]) -> Result<Loaded<Left>, FactError> {
        Self::load(self, keys.len()).await;
        Ok(keys.iter().map(|key| (key.clone(), self.left)).collect())
    }

    /// So that whoever asks for another key has a batch of their own.
    fn max_batch_size(&self) -> usize {
        1
    }
}

impl FactSource<Right> for Answers {
    async fn load(&self, keys: &[Right]) -> Result<Loaded<Right>, FactError> {
        Self::load(self, keys.len()).await;
        Ok(keys.iter().map(|key| (key.clone(), self.right)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Left, Right)]
    answers: Arc<Answers>,
}

fn session(answers: &Arc<Answers>) -> Session<Facts> {
    Session::new(Facts { answers: Arc::clone(answers) })
}

/// Polls `future` `times` times and drops it.
async fn poll_and_drop(future: impl Future, times: usize) {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let ended = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
        if ended {
            break;
        }
    }
}

/// Guarantees 1, 2, 4 and 10: two evaluations want one key; it is loaded once, and both know.
#[test]
fn two_want_one_key() {
    explore("session: two want one key", Some(3), || {
        let answers = Arc::new(Answers::new(true, false));
        let session = session(&answers);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_allow());
            })
        };
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_allow());
        other.join().unwrap();
        assert_eq!(answers.keys.load(Ordering::Relaxed), 1);
    });
}

/// Guarantee 2: two evaluations want two keys in opposite order; neither waits for ever.
#[test]
fn crossed_keys() {
    explore("session: crossed keys", Some(2), || {
        let answers = Arc::new(Answers::new(true, true));
        let session = session(&answers);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = RIGHT_LEFT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_allow());
            })
        };
        let access = LEFT_RIGHT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_allow());
        other.join().unwrap();
        assert_eq!(answers.keys.load(Ordering::Relaxed), 2);
    });
}

/// Guarantee 3: one evaluation is dropped at any of its awaits; the other one is right.
#[test]
fn one_is_dropped_at_every_await() {
    for polls in 1..=4 {
        explore(&format!("session: one is dropped after {polls} polls"), Some(3), move || {
            let answers = Arc::new(Answers::new(true, false));
            let session = session(&answers);
            let other = {
                let session = session.clone();
                thread::spawn(move || {
                    let access = LEFT.bind(&session, &0, &());
                    block_on(poll_and_drop(access.check(&1), polls));
                })
            };
            let access = LEFT.bind(&session, &0, &());
            assert!(block_on(access.check(&1)).is_allow());
            other.join().unwrap();
            // Abandoned by the one before the other came, or shared: never more than once each.
            assert!((1..=2).contains(&answers.keys.load(Ordering::Relaxed)));
        });
    }
}

/// Guarantee 3: everybody who waits goes away; their loads go with them, whoever drove them, and
/// nothing is left.
#[test]
fn everybody_is_dropped() {
    explore("session: everybody is dropped", Some(3), || {
        let answers = Arc::new(Answers::new(true, false));
        let session = session(&answers);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                block_on(poll_and_drop(access.check(&2), 2));
            })
        };
        let access = LEFT.bind(&session, &0, &());
        block_on(poll_and_drop(access.check(&1), 2));
        other.join().unwrap();
        assert_eq!(answers.in_flight.load(Ordering::Relaxed), 0);
        // Whoever comes later finds no load that nobody waits for.
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&3)).is_allow());
        assert_eq!(answers.in_flight.load(Ordering::Relaxed), 0);
        assert!(session.refresh().is_ok());
    });
}

/// Guarantee 8: one evaluation is started and never polled again, before its load began, or while
/// it is in flight; the other one is answered.
#[test]
fn one_is_parked() {
    for polls in 1..=2 {
        explore(&format!("session: one is parked after {polls} polls"), Some(3), move || {
            let answers = Arc::new(Answers::new(true, false));
            let session = session(&answers);
            let other = session.clone();
            let access = LEFT.bind(&session, &0, &());
            let mut parked = Box::pin(access.check(&1));
            for _ in 0..polls {
                let pending =
                    block_on(poll_fn(|cx| Poll::Ready(parked.as_mut().poll(cx).is_pending())));
                assert!(pending);
            }
            let other = thread::spawn(move || {
                let access = LEFT.bind(&other, &0, &());
                assert!(block_on(access.check(&1)).is_allow());
            });
            other.join().unwrap();
            assert_eq!(answers.keys.load(Ordering::Relaxed), 1);
            drop(parked);
        });
    }
}

/// Guarantees 5 and 7: sources are replaced while an evaluation runs. Either set of sources denies;
/// a mixture of both would allow.
#[test]
fn sources_are_replaced_atomically() {
    explore("session: sources are replaced atomically", Some(3), || {
        let (old, new) = (Arc::new(Answers::new(true, false)), Arc::new(Answers::new(false, true)));
        let session = session(&old);
        let replacer = {
            let session = session.clone();
            let new = Arc::clone(&new);
            let old = Arc::clone(&old);
            thread::spawn(move || {
                let replaced = session.replace_sources(Facts { answers: new }).is_ok();
                // The old sources will not be asked again, so this cannot have changed since.
                assert!(!replaced || old.in_flight.load(Ordering::Relaxed) == 0);
                replaced
            })
        };
        let access = LEFT_RIGHT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_deny());
        let replaced = replacer.join().unwrap();
        let access = RIGHT_LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_deny());
        assert!(replaced || new.keys.load(Ordering::Relaxed) == 0);
    });
}

/// Guarantees 4 and 10: a session is told a key while an evaluation asks for it. One of them comes first; what
/// it knows is what everybody reads from then on.
#[test]
fn a_key_is_told_while_it_is_asked_for() {
    explore("session: a key is told while it is asked for", Some(3), || {
        let answers = Arc::new(Answers::new(true, false));
        let session = session(&answers);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                block_on(access.check(&1)).is_allow()
            })
        };
        // The source would answer otherwise.
        let is_told = session.know(Left(1), false).is_ok();
        let first = block_on(session.fact(Left(1))).unwrap();
        let is_allowed = other.join().unwrap();
        let second = block_on(session.fact(Left(1))).unwrap();
        assert_eq!([first, second, is_allowed], [!is_told; 3]);
        assert_eq!(answers.keys.load(Ordering::Relaxed), usize::from(!is_told));
    });
}

/// Says whether its calls had a deadline.
struct Watch;

impl FactSource<Left> for Watch {
    async fn load(&self, _: &[Left]) -> Result<Loaded<Left>, FactError> {
        Ok(Loaded::new())
    }

    async fn load_within(&self, keys: &[Left], call: &Call) -> Result<Loaded<Left>, FactError> {
        let has_deadline = call.deadline().is_some();
        Ok(keys.iter().map(|key| (key.clone(), has_deadline)).collect())
    }
}

#[derive(Sources)]
struct Watched {
    #[loads(Left)]
    watch: Watch,
}

/// Guarantee 9: a deadline is set while the sources are replaced. The calls of the new ones have it.
#[test]
fn a_deadline_is_set_while_sources_are_replaced() {
    explore("session: a deadline is set while sources are replaced", Some(3), || {
        let session = Session::new(Watched { watch: Watch });
        let other = {
            let session = session.clone();
            thread::spawn(move || session.replace_sources(Watched { watch: Watch }).unwrap())
        };
        let session = session.with_deadline_at(Instant::now(), std::future::pending());
        other.join().unwrap();
        assert!(block_on(session.fact(Left(1))).unwrap());
    });
}

/// Something outside that happens once, and wakes who asked last.
#[derive(Default)]
struct Event {
    happened: loom::sync::Mutex<(bool, Option<std::task::Waker>)>,
}

impl Event {
    fn happen(&self) {
        let waker = {
            let mut state = self.happened.lock().unwrap();
            state.0 = true;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn wait(self: Arc<Self>) {
        poll_fn(|cx| {
            let mut state = self.happened.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A source that never answers.
struct Silent;

impl FactSource<Left> for Silent {
    async fn load(&self, _keys: &[Left]) -> Result<Loaded<Left>, FactError> {
        std::future::pending().await
    }
}

#[derive(Sources)]
struct SilentFacts {
    #[loads(Left)]
    silent: Silent,
}

/// Guarantee 9: a source hangs; the session's deadline ends two evaluations, neither with `Allow`.
#[test]
fn a_deadline_ends_whoever_waits() {
    explore("session: a deadline ends whoever waits", Some(2), || {
        let event = Arc::new(Event::default());
        let session =
            Session::new(SilentFacts { silent: Silent }).with_deadline(Arc::clone(&event).wait());
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_indeterminate());
            })
        };
        event.happen();
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_indeterminate());
        other.join().unwrap();
    });
}

/// Guarantee 9: a deadline is set while another evaluation waits, which has none; it ends that one.
#[test]
fn a_deadline_that_is_set_ends_whoever_waits() {
    explore("session: a deadline that is set ends whoever waits", Some(2), || {
        let event = Arc::new(Event::default());
        let session = Session::new(SilentFacts { silent: Silent });
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_indeterminate());
            })
        };
        let session = session.with_deadline(Arc::clone(&event).wait());
        event.happen();
        other.join().unwrap();
        drop(session);
    });
}

/// A source that answers `Left` by asking its own session for `Right`.
struct Asks {
    session: loom::sync::Mutex<Option<Session<AskingFacts>>>,
    /// Whether it answers `Right` by asking for `Left`, too.
    circle: bool,
}

#[derive(Sources)]
struct AskingFacts {
    #[loads(Left, Right)]
    asks: Arc<Asks>,
}

static RIGHT: Gate<Items, right> = Gate::new();

impl Asks {
    fn new(circle: bool) -> (Arc<Self>, Session<AskingFacts>) {
        let asks = Arc::new(Self { session: loom::sync::Mutex::new(None), circle });
        let session = Session::new(AskingFacts { asks: Arc::clone(&asks) });
        *asks.session.lock().unwrap() = Some(session.clone());
        (asks, session)
    }

    fn session(&self) -> Result<Session<AskingFacts>, FactError> {
        self.session.lock().unwrap().clone().ok_or_else(|| FactError::safe("it is over"))
    }

    /// The source does not hold its session any more.
    fn release(&self) {
        let session = self.session.lock().unwrap().take();
        drop(session);
    }
}

impl FactSource<Left> for Asks {
    async fn load(&self, keys: &[Left]) -> Result<Loaded<Left>, FactError> {
        let session = self.session()?;
        let allowed = RIGHT.bind(&session, &0, &()).check(&keys[0].item).await.is_allow();
        Ok(keys.iter().map(|key| (key.clone(), allowed)).collect())
    }
}

impl FactSource<Right> for Asks {
    async fn load(&self, keys: &[Right]) -> Result<Loaded<Right>, FactError> {
        if self.circle {
            let session = self.session()?;
            let denied = !LEFT.bind(&session, &0, &()).check(&keys[0].item).await.is_allow();
            return Ok(keys.iter().map(|key| (key.clone(), denied)).collect());
        }
        yield_now().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

/// Guarantee 9: a source uses its own session, while another evaluation waits for the inner fact.
#[test]
fn a_source_uses_its_own_session() {
    explore("session: a source uses its own session", Some(2), || {
        let (asks, session) = Asks::new(false);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = RIGHT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_allow());
            })
        };
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_allow());
        other.join().unwrap();
        asks.release();
    });
}

/// Guarantee 9: two loads wait for each other, begun from both ends at a time; both fail, so that
/// nobody waits for ever, and nobody gets in.
#[test]
fn loads_that_wait_for_each_other_fail() {
    explore("session: loads that wait for each other fail", Some(2), || {
        let (asks, session) = Asks::new(true);
        let other = {
            let session = session.clone();
            thread::spawn(move || {
                let access = RIGHT.bind(&session, &0, &());
                assert!(block_on(access.check(&1)).is_indeterminate());
            })
        };
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_indeterminate());
        other.join().unwrap();
        asks.release();
    });
}

/// Guarantees 2 and 3: three evaluations on one key, one of them dropped.
#[test]
fn three_want_one_key_and_one_is_dropped() {
    explore("session: three want one key and one is dropped", Some(2), || {
        let answers = Arc::new(Answers::new(true, false));
        let session = session(&answers);
        let spawn = |polls: Option<usize>| {
            let session = session.clone();
            thread::spawn(move || {
                let access = LEFT.bind(&session, &0, &());
                match polls {
                    Some(polls) => block_on(poll_and_drop(access.check(&1), polls)),
                    None => assert!(block_on(access.check(&1)).is_allow()),
                }
            })
        };
        let others = [spawn(Some(2)), spawn(None)];
        let access = LEFT.bind(&session, &0, &());
        assert!(block_on(access.check(&1)).is_allow());
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}
