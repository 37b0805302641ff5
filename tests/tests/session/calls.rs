//! The calls that a session makes: the deadline reaches a source as an instant, through every wrapper.

use std::future::{Future, pending};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gatehouse::Call;
use gatehouse::limit::{MaxConcurrent, Timeout};
use gatehouse::prelude::*;
use gatehouse::testing::{Counted, Failing, Late};
use gatehouse_tests::facts::Flag;
use gatehouse_tests::{Held, Scripted};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Answers `true`, and notes the deadline of each call.
#[derive(Default)]
struct Watch(Mutex<Vec<Option<Instant>>>);

impl Watch {
    /// The deadlines of the calls since the last time.
    fn seen(&self) -> Vec<Option<Instant>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl FactSource<Flag> for Watch {
    async fn load(&self, _: &[Flag]) -> Result<Loaded<Flag>, FactError> {
        Err(FactError::safe("the session calls the other function"))
    }

    async fn load_within(&self, keys: &[Flag], call: &Call) -> Result<Loaded<Flag>, FactError> {
        self.0.lock().unwrap().push(call.deadline());
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

/// A timer that never ends.
fn never(_: Duration) -> impl Future<Output = ()> + Send + 'static {
    pending()
}

/// A time limit, around a limit on concurrent loads.
type Limited = Timeout<MaxConcurrent<Arc<Watch>>>;

#[derive(Sources)]
struct Facts {
    #[loads(Flag)]
    source: Limited,
}

/// A session whose loads may take so long.
fn limited(limit: Duration) -> (Arc<Watch>, Session<Facts>) {
    let watch = Arc::new(Watch::default());
    let source = Timeout::new(MaxConcurrent::new(Arc::clone(&watch), 2), limit, never);
    (watch, Session::new(Facts { source }))
}

/// A source sees the instant of the session through a time limit, a limit on loads, and an `Arc`.
#[tokio::test]
async fn a_source_sees_the_deadline_of_the_session() {
    let (watch, session) = limited(HOUR);
    let at = Instant::now() + SECOND;
    let session = session.with_deadline_at(at, pending());
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(watch.seen(), [Some(at)]);
}

/// What a source sees that is called with this deadline, in each wrapper on its own.
async fn seen_through<S: FactSource<Flag>>(at: Instant, wrap: impl FnOnce(Arc<Watch>) -> S) {
    let watch = Arc::new(Watch::default());
    let call = Call::new().with_deadline(at);
    wrap(Arc::clone(&watch)).load_within(&[Flag(1)], &call).await.unwrap();
    assert_eq!(watch.seen(), [Some(at)]);
}

#[tokio::test]
async fn each_wrapper_passes_the_deadline_on() {
    let at = Instant::now() + SECOND;
    seen_through(at, |watch| watch).await;
    seen_through(at, |watch| Timeout::new(watch, HOUR, never)).await;
    seen_through(at, |watch| MaxConcurrent::new(watch, 1)).await;
    seen_through(at, Counted::new).await;
    seen_through(at, |watch| Failing::nth(watch, 2)).await;
    seen_through(at, |watch| Late::new(watch, || std::future::ready(()))).await;
    let watch = Watch::default();
    let reference: &&Watch = &&watch;
    let call = Call::new().with_deadline(at);
    FactSource::<Flag>::load_within(reference, &[Flag(1)], &call).await.unwrap();
    assert_eq!(watch.seen(), [Some(at)]);
}

/// A wrapper that is asked without a call asks so, too: it is not the deadline of an earlier call.
#[tokio::test]
async fn a_wrapper_without_a_call_passes_no_deadline_on() {
    let watch = Arc::new(Watch::default());
    let source = MaxConcurrent::new(Counted::new(Arc::clone(&watch)), 1);
    let call = Call::new().with_deadline(Instant::now());
    source.load_within(&[Flag(1)], &call).await.unwrap();
    source.load(&[Flag(2)]).await.unwrap();
    assert_eq!(watch.seen(), [call.deadline(), None]);
}

/// Of the session's deadline and the end of a time limit, a source sees the earlier one.
#[tokio::test]
async fn the_earlier_deadline_counts() {
    let (watch, session) = limited(SECOND);
    let before = Instant::now();
    let session = session.with_deadline_at(before + HOUR, pending());
    assert!(session.fact(Flag(1)).await.unwrap());
    let seen = watch.seen()[0].unwrap();
    assert!(before + SECOND <= seen && seen <= Instant::now() + SECOND);
    let soon = before + SECOND / 2;
    let session = session.with_deadline_at(soon, pending());
    assert!(session.fact(Flag(2)).await.unwrap());
    assert_eq!(watch.seen(), [Some(soon)]);
}

/// A time limit that is longer than any clock counts has no end.
#[tokio::test]
async fn a_time_limit_without_an_end_is_no_deadline() {
    let (watch, session) = limited(Duration::MAX);
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(watch.seen(), [None]);
}

/// The last deadline of a session replaces the others, even an earlier one, or by none that is known.
#[tokio::test]
async fn a_deadline_replaces_the_one_before() {
    let (watch, session) = limited(HOUR);
    let (first, second) = (Instant::now() + SECOND, Instant::now() + 2 * SECOND);
    let session = session.with_deadline_at(first, pending()).with_deadline_at(second, pending());
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(watch.seen(), [Some(second)]);
    let before = Instant::now();
    let session = session.with_deadline(pending());
    assert!(session.fact(Flag(2)).await.unwrap());
    // What is left is the end of the time limit.
    assert!(watch.seen()[0].unwrap() >= before + HOUR);
}

/// A deadline belongs to the session, and not to the sources that it has at the time.
#[tokio::test]
async fn a_deadline_stays_when_the_sources_are_replaced() {
    let (watch, session) = limited(HOUR);
    let at = Instant::now() + SECOND;
    let session = session.with_deadline_at(at, pending());
    assert!(session.fact(Flag(1)).await.unwrap());
    session.refresh().unwrap();
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(watch.seen(), [Some(at); 2]);
    let other = Arc::new(Watch::default());
    let source = Timeout::new(MaxConcurrent::new(Arc::clone(&other), 1), HOUR, never);
    session.replace_sources(Facts { source }).unwrap();
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!((watch.seen(), other.seen()), (vec![], vec![Some(at)]));
    // It can be replaced from here on, as well.
    let session = session.with_deadline_at(at + SECOND, pending());
    assert!(session.fact(Flag(2)).await.unwrap());
    assert_eq!(other.seen(), [Some(at + SECOND)]);
}

/// A clone is the same session, so the deadline of one is that of the loads of the other.
#[tokio::test]
async fn a_deadline_reaches_the_loads_of_a_clone() {
    let (watch, session) = limited(HOUR);
    let clone = session.clone();
    let at = Instant::now() + SECOND;
    let session = session.with_deadline_at(at, pending());
    assert!(clone.fact(Flag(1)).await.unwrap());
    let _clone = clone.with_deadline_at(at + SECOND, pending());
    assert!(session.fact(Flag(2)).await.unwrap());
    assert_eq!(watch.seen(), [Some(at), Some(at + SECOND)]);
}

/// A load keeps the call with which it began.
#[tokio::test]
async fn a_load_in_flight_keeps_its_deadline() {
    #[derive(Sources)]
    struct Waiting {
        #[loads(Flag)]
        source: Late<Arc<Watch>>,
    }
    let watch = Arc::new(Watch::default());
    let first = Arc::new(tokio::sync::Semaphore::new(0));
    let gate = Arc::clone(&first);
    let source = Late::new(Arc::clone(&watch), move || {
        let gate = Arc::clone(&gate);
        async move { gate.acquire().await.unwrap().forget() }
    });
    let at = Instant::now() + SECOND;
    let session = Session::new(Waiting { source }).with_deadline_at(at, pending());
    let clone = session.clone();
    let mut asked = Box::pin(clone.fact(Flag(1)));
    // The first poll yields to other evaluations, the second one begins the load.
    for _ in 0..2 {
        assert!(futures::poll!(asked.as_mut()).is_pending());
    }
    let _session = session.with_deadline_at(at + SECOND, pending());
    first.add_permits(1);
    assert!(asked.await.unwrap());
    assert_eq!(watch.seen(), [Some(at)]);
}

/// A source that only has `load` is called once, with and without a deadline.
#[tokio::test]
async fn a_plain_source_is_called_once() {
    #[derive(Sources)]
    struct Plain {
        #[loads(Flag)]
        source: Arc<Held<Scripted<Flag>>>,
    }
    let source = Arc::new(Held::new(Scripted::always(true)));
    source.release(9);
    let session = Session::new(Plain { source: Arc::clone(&source) });
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(source.calls(), 1);
    let session = session.with_deadline_at(Instant::now() + SECOND, pending());
    assert!(session.fact(Flag(2)).await.unwrap());
    assert_eq!(source.calls(), 2);
}
