//! What a source is told of the request that it is called for.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gatehouse::Call;
use gatehouse::limit::{MaxConcurrent, Timeout};
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;

fact! {
    pub Open(id: u32) -> bool = false;
}

/// Notes the deadline of every call.
#[derive(Default)]
struct Deadlines(Mutex<Vec<Option<Instant>>>);

impl Deadlines {
    fn take(&self) -> Vec<Option<Instant>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl FactSource<Open> for Deadlines {
    async fn load(&self, _: &[Open]) -> Result<Loaded<Open>, FactError> {
        panic!("the session knows the call, and whoever wraps the source passes it on");
    }

    async fn load_within(&self, keys: &[Open], call: &Call) -> Result<Loaded<Open>, FactError> {
        self.0.lock().unwrap().push(call.deadline());
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Open)]
    source: Timeout<MaxConcurrent<Arc<Deadlines>>>,
}

#[policy]
async fn open(_: _, thing: &u32) -> bool {
    Open(*thing).await
}

static OPEN: Gate<Things, open> = Gate::new();

fn limited_to(limit: Duration) -> (Arc<Deadlines>, Session<Facts>) {
    let deadlines = Arc::new(Deadlines::default());
    let limited = MaxConcurrent::new(deadlines.clone(), 2);
    let source = Timeout::new(limited, limit, tokio::time::sleep);
    (deadlines, Session::new(Facts { source }))
}

async fn check(session: &Session<Facts>, thing: u32) {
    assert!(OPEN.bind(session, &(), &()).check(&thing).await.is_allow());
}

const HOUR: Duration = Duration::from_secs(3600);

/// A sleep that never ends: the instant alone is of interest.
fn never() -> impl Future<Output = ()> + Send + 'static {
    std::future::pending()
}

/// The deadline of the session reaches a source behind limits.
#[tokio::test]
async fn the_deadline_of_a_session_reaches_its_sources() {
    let at = Instant::now() + HOUR;
    let (deadlines, session) = limited_to(2 * HOUR);
    let session = session.with_deadline_at(at, never());
    check(&session, 1).await;
    check(&session.clone(), 2).await;
    assert_eq!(deadlines.take(), [Some(at), Some(at)]);
}

/// The limit of a `Timeout` counts where it is earlier.
#[tokio::test]
async fn the_earlier_of_two_deadlines_counts() {
    let at = Instant::now() + 2 * HOUR;
    let (deadlines, session) = limited_to(HOUR);
    let before = Instant::now();
    check(&session.with_deadline_at(at, never()), 1).await;
    let [Some(deadline)] = deadlines.take()[..] else { panic!("one call with a deadline") };
    assert!(before + HOUR <= deadline && deadline <= Instant::now() + HOUR);
}

/// A limit that no instant has is none.
#[tokio::test]
async fn an_endless_limit_gives_no_instant() {
    let (deadlines, session) = limited_to(Duration::MAX);
    check(&session, 1).await;
    assert_eq!(deadlines.take(), [None]);
}

/// Loads have the deadline of the time when they begin; a deadline without an instant clears the former one.
#[tokio::test]
async fn a_replaced_deadline_counts_for_later_loads() {
    let (first, second) = (Instant::now() + HOUR, Instant::now() + 2 * HOUR);
    let (deadlines, session) = limited_to(Duration::MAX);
    let session = session.with_deadline_at(first, never());
    check(&session, 1).await;
    let clone = session.clone();
    let session = session.with_deadline_at(second, never());
    check(&clone, 2).await;
    let session = session.with_deadline(never());
    check(&session, 3).await;
    assert_eq!(deadlines.take(), [Some(first), Some(second), None]);
}

/// The deadline stays when the session forgets what it knows.
#[tokio::test]
async fn a_refresh_keeps_the_deadline() {
    let at = Instant::now() + HOUR;
    let (deadlines, session) = limited_to(Duration::MAX);
    let session = session.with_deadline_at(at, never());
    for _ in 0..2 {
        check(&session, 1).await;
        session.refresh().unwrap();
    }
    assert_eq!(deadlines.take(), [Some(at), Some(at)]);
}

/// Of two deadlines of a call, the earlier counts, in either order.
#[test]
fn a_call_has_the_earlier_deadline() {
    let (soon, later) = (Instant::now(), Instant::now() + HOUR);
    for (one, other) in [(soon, later), (later, soon)] {
        let call = Call::new().with_deadline(one).with_deadline(other);
        assert_eq!(call.deadline(), Some(soon));
    }
}
