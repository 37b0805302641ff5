//! A limit on loads that run at a time, and checks that are begun and not polled.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::future::join_all;
use futures::{StreamExt, poll, stream};
use gatehouse::prelude::*;
use gatehouse::{MaxConcurrent, Timeout};

struct Things;
impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = u32;
    type Context = ();
}

fact! {
    /// What is loaded in ten milliseconds.
    pub Plain(id: u32) -> bool = false;
    /// What asks a session for a `Plain`.
    pub Nested(id: u32) -> bool = false;
}

#[policy]
async fn plain(_: _, id: &u32) -> bool {
    Plain(*id).await
}

#[policy]
async fn nested(_: _, id: &u32) -> bool {
    Nested(*id).await
}

static PLAIN: Gate<Things, plain> = Gate::new();
static NESTED: Gate<Things, nested> = Gate::new();

/// Loads slowly, and counts what runs.
#[derive(Debug, Default)]
struct Db {
    running: AtomicUsize,
    most: AtomicUsize,
    session: OnceLock<Session<Facts>>,
}

/// One load that runs.
struct Running<'d>(&'d Db);

impl Db {
    fn run(&self) -> Running<'_> {
        let now = self.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        Running(self)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl FactSource<Plain> for Db {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let _running = self.run();
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Nested> for Db {
    async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
        let _running = self.run();
        let session = self.session.get().expect("it is set before anything is asked").clone();
        let id = keys[0].id;
        let is_allowed = PLAIN.bind(&session, &(), &()).check(&id).await.is_allow();
        Ok(keys.iter().map(|key| (key.clone(), is_allowed)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Plain, Nested)]
    db: Arc<MaxConcurrent<Db>>,
}

fn limited(limit: usize) -> Arc<MaxConcurrent<Db>> {
    Arc::new(MaxConcurrent::new(Db::default(), limit))
}

fn session(db: &Arc<MaxConcurrent<Db>>) -> Session<Facts> {
    Session::new(Facts { db: db.clone() })
}

/// A check on a session of its own.
async fn check(db: Arc<MaxConcurrent<Db>>, id: u32) -> Decision {
    let session = session(&db);
    PLAIN.bind(&session, &(), &()).check(&id).await
}

/// A check that is polled once.
async fn begun(
    db: &Arc<MaxConcurrent<Db>>,
    id: u32,
) -> Pin<Box<dyn Future<Output = Decision> + Send>> {
    let mut check = Box::pin(check(db.clone(), id));
    assert!(poll!(check.as_mut()).is_pending());
    check
}

/// What it comes to, if that is soon.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it does not stand still")
}

/// No load runs, and every permit is there.
fn assert_at_rest(db: &MaxConcurrent<Db>, limit: usize) {
    assert_eq!(db.get_ref().running.load(Ordering::Relaxed), 0);
    let most = db.get_ref().most.load(Ordering::Relaxed);
    assert!(most <= limit, "{most} ran at a time, of {limit}");
    let shown = format!("{db:?}");
    assert!(shown.contains(&format!("free: {limit}")), "{shown}");
}

/// The other branch of a `select!` holds the only permit.
#[tokio::test(start_paused = true)]
async fn a_load_whose_check_is_not_polled_is_driven_by_who_waits() {
    let db = limited(1);
    let parked = begun(&db, 1).await;
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    // Its load ended, and is not run again.
    assert_eq!(db.get_ref().running.load(Ordering::Relaxed), 0);
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);

    let (mut first, sleep) = (begun(&db, 3).await, tokio::time::sleep(Duration::from_millis(5)));
    tokio::select! { _ = &mut first => panic!("a load takes 10 ms"), () = sleep => {} }
    assert!(soon(check(db.clone(), 4)).await.is_allow());
    drop(first);
    assert!(soon(check(db.clone(), 5)).await.is_allow());
    assert_at_rest(&db, 1);
}

/// The load's timer went off before anybody waited for a permit.
#[tokio::test(start_paused = true)]
async fn a_load_that_was_woken_before_anybody_waited_is_driven() {
    let db = limited(1);
    let parked = begun(&db, 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_is_dropped_gives_its_permit_back() {
    let db = limited(1);
    drop(begun(&db, 1).await);
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn who_is_next_and_not_polled_passes_its_turn() {
    let db = limited(1);
    let first = begun(&db, 0).await;
    let parked = begun(&db, 1).await;
    assert!(soon(first).await.is_allow());
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);
}

/// One check is polled, wherever it stands among many that are not.
#[tokio::test(start_paused = true)]
async fn many_that_are_not_polled_hold_up_nobody() {
    for (before, behind) in [(20, 0), (0, 20), (20, 20), (200, 200)] {
        let db = limited(1);
        let first = begun(&db, 0).await;
        let parked_before = join_all((0..before).map(|id| begun(&db, id))).await;
        let live = tokio::spawn(check(db.clone(), 1));
        tokio::task::yield_now().await;
        let parked_behind = join_all((0..behind).map(|id| begun(&db, id))).await;
        assert!(soon(first).await.is_allow());
        assert!(soon(live).await.expect("it does not panic").is_allow());
        let parked = parked_before.into_iter().chain(parked_behind);
        assert!(soon(join_all(parked)).await.iter().all(Decision::is_allow));
        assert_at_rest(&db, 1);
    }
}

/// Nobody is polled while one is dropped: what it was woken for goes to the next.
#[tokio::test(start_paused = true)]
async fn who_is_woken_and_dropped_wakes_others() {
    let db = limited(1);
    let first = begun(&db, 0).await;
    let parked = join_all((0..4).map(|id| begun(&db, id))).await;
    let live = tokio::spawn(check(db.clone(), 9));
    tokio::task::yield_now().await;
    drop(first);
    drop(parked);
    assert!(soon(live).await.expect("it does not panic").is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn cancelled_checks_leak_no_permit() {
    let db = limited(2);
    for id in 0..2_000 {
        let session = session(&db);
        let access = PLAIN.bind(&session, &(), &());
        let mut check = Box::pin(access.check(&id));
        assert!(poll!(check.as_mut()).is_pending());
        if id % 3 == 0 {
            tokio::task::yield_now().await;
            let _ = poll!(check.as_mut());
        }
    }
    assert!(soon(check(db.clone(), 1)).await.is_allow());
    assert_at_rest(&db, 2);
}

/// While the body of the stream awaits a check, those in the buffer are not polled.
async fn stream_of_checks(limit: usize, buffered: usize) {
    let db = limited(limit);
    let checks = stream::iter(0..3 * buffered).map(|_| check(db.clone(), 1));
    let mut checks = checks.buffer_unordered(buffered);
    let mut allowed = 0;
    while let Some(decision) = soon(checks.next()).await {
        let in_body = soon(check(db.clone(), 2)).await;
        allowed += usize::from(decision.is_allow() && in_body.is_allow());
    }
    assert_eq!(allowed, 3 * buffered);
    assert_at_rest(&db, limit);
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_checks_whose_body_asks_goes_on() {
    for limit in [1, 2, 4, 8] {
        for buffered in [2, 8, 64] {
            stream_of_checks(limit, buffered).await;
        }
    }
}

/// Streams that hold permits of each other's, on two threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_checks_on_two_threads_go_on() {
    let db = limited(3);
    let streams = (0..6).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut checks =
                stream::iter(0..24).map(|id| check(db.clone(), id)).buffer_unordered(8);
            while let Some(decision) = checks.next().await {
                assert!(decision.is_allow());
                assert!(check(db.clone(), 1_000).await.is_allow());
            }
        })
    });
    for ended in soon(join_all(streams)).await {
        ended.expect("it does not panic");
    }
    assert_at_rest(&db, 3);
}

/// A load asks its own session for another fact of the limiter.
#[tokio::test(start_paused = true)]
async fn a_source_asks_its_own_session_while_a_permit_is_left() {
    let db = limited(2);
    let session = session(&db);
    db.get_ref().session.set(session.clone()).expect("it is set once");
    assert!(soon(NESTED.bind(&session, &(), &()).check(&1)).await.is_allow());
    assert_at_rest(&db, 2);
}

/// The same, while the other permit is held by a load that only others can drive: those inside a
/// load drive nothing, but whoever drives that load does.
#[tokio::test(start_paused = true)]
async fn a_source_that_asks_its_own_session_drives_who_holds_the_other_permit() {
    let db = limited(2);
    let session = session(&db);
    db.get_ref().session.set(session.clone()).expect("it is set once");
    let parked = begun(&db, 1).await;
    assert!(soon(NESTED.bind(&session, &(), &()).check(&2)).await.is_allow());
    drop(parked);
    assert_at_rest(&db, 2);
}

/// With a time-out inside, the load of a source that holds the only permit and waits for another ends;
/// it is no permission, and holds up nobody.
#[tokio::test(start_paused = true)]
async fn a_load_that_waits_for_its_own_permit_ends_by_a_time_out_inside() {
    #[derive(Sources)]
    struct Timed {
        #[loads(Plain, Nested)]
        db: Arc<MaxConcurrent<Timeout<AsksItself>>>,
    }
    #[derive(Default)]
    struct AsksItself(OnceLock<Session<Timed>>);
    impl FactSource<Plain> for AsksItself {
        async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
            Ok(keys.iter().map(|key| (key.clone(), true)).collect())
        }
    }
    impl FactSource<Nested> for AsksItself {
        async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
            let session = self.0.get().expect("it is set before anything is asked").clone();
            let decision = PLAIN.bind(&session, &(), &()).check(&1).await;
            Ok(keys.iter().map(|key| (key.clone(), decision.is_allow())).collect())
        }
    }
    let timed = Timeout::new(AsksItself::default(), Duration::from_secs(1), tokio::time::sleep);
    let db = Arc::new(MaxConcurrent::new(timed, 1));
    let session = Session::new(Timed { db: db.clone() });
    assert!(db.get_ref().get_ref().0.set(session.clone()).is_ok());
    let access = NESTED.bind(&session, &(), &());
    // Whether it is polled or parked.
    let mut parked = Box::pin(access.check(&1));
    assert!(poll!(parked.as_mut()).is_pending());
    let other = Session::new(Timed { db: db.clone() });
    assert!(soon(PLAIN.bind(&other, &(), &()).check(&1)).await.is_allow());
    let decision = soon(parked).await;
    assert!(decision.is_indeterminate(), "{decision}");
    assert!(decision.to_string().ends_with("its source took longer than 1s"), "{decision}");
    assert!(soon(access.check(&2)).await.is_indeterminate());
}

/// A time-out around counts the wait for a permit, one inside does not; neither leaks a permit.
#[tokio::test(start_paused = true)]
async fn a_time_out_around_counts_the_wait() {
    #[derive(Sources)]
    struct Around {
        #[loads(Plain)]
        db: Timeout<Arc<MaxConcurrent<Db>>>,
    }
    #[derive(Sources)]
    struct Inside {
        #[loads(Plain)]
        db: Arc<MaxConcurrent<Timeout<Db>>>,
    }
    // Each load takes 10 ms, and of three the last waits for 20 ms before.
    let limit = Duration::from_millis(25);
    let db = limited(1);
    let around = Arc::new(Around { db: Timeout::new(db.clone(), limit, tokio::time::sleep) });
    let sessions: Vec<_> = (0..3).map(|_| Session::new(around.clone())).collect();
    let access: Vec<_> = sessions.iter().map(|it| PLAIN.bind(it, &(), &())).collect();
    let decisions = soon(join_all(access.iter().map(|it| it.check(&1)))).await;
    let words: Vec<_> = decisions.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["allow", "allow", "indeterminate"]);
    assert_at_rest(&db, 1);

    let timed = Timeout::new(Db::default(), limit, tokio::time::sleep);
    let inside = Arc::new(Inside { db: Arc::new(MaxConcurrent::new(timed, 1)) });
    let sessions: Vec<_> = (0..3).map(|_| Session::new(inside.clone())).collect();
    let access: Vec<_> = sessions.iter().map(|it| PLAIN.bind(it, &(), &())).collect();
    let decisions = soon(join_all(access.iter().map(|it| it.check(&1)))).await;
    assert!(decisions.iter().all(Decision::is_allow));
}

/// A task that asks again and again, each time on a new session, leaves permits to others.
#[tokio::test(start_paused = true)]
async fn who_asks_again_and_again_lets_others_have_their_turn() {
    let db = limited(1);
    let ask = |times: u32| {
        let db = db.clone();
        tokio::spawn(async move {
            for id in 0..times {
                assert!(check(db.clone(), id).await.is_allow());
            }
        })
    };
    let (greedy, modest) = (ask(1_000), ask(10));
    let began = tokio::time::Instant::now();
    modest.await.expect("it does not panic");
    let loads = began.elapsed().as_millis() / 10;
    assert!(loads <= 30, "it waited for {loads} loads of ten milliseconds, to run 10");
    greedy.abort();
    assert!(greedy.await.is_err());
    assert_at_rest(&db, 1);
}

/// Something that a load waits for.
#[derive(Default)]
struct Event {
    is_over: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
}

impl Event {
    async fn over(&self) {
        poll_fn(|cx| {
            self.wakers.lock().unwrap().push(cx.waker().clone());
            if self.is_over.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn fire(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        let wakers = std::mem::take(&mut *self.wakers.lock().unwrap());
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Waits for an event of its own for each key, and then does something. Key 0 has no answer.
struct Then<F> {
    events: [Event; 2],
    then: F,
}

impl<F: Fn(u32) + Send + Sync + 'static> FactSource<Plain> for Then<F> {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let id = keys[0].id;
        self.events[id as usize].over().await;
        (self.then)(id);
        if id == 0 {
            std::future::pending::<()>().await;
        }
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

/// `then` behind a limit of one, the loads of which do not wait, and a load of key 0 that is begun,
/// not polled, and about to be driven by others.
fn driven_by_others<F: Fn(u32) + Send + Sync + 'static>(then: F) -> Arc<MaxConcurrent<Then<F>>> {
    let events = [Event::default(), Event::default()];
    events[1].is_over.store(true, Ordering::Relaxed);
    Arc::new(MaxConcurrent::new(Then { events, then }, 1))
}

/// One load of a source, without a session.
fn load<S: FactSource<Plain>>(source: &Arc<S>, id: u32) -> Pin<Box<dyn Future<Output = bool>>> {
    let source = source.clone();
    Box::pin(async move { source.load(&[Plain(id)]).await.is_ok_and(|loaded| loaded.len() == 1) })
}

#[tokio::test]
async fn a_panic_is_the_owners_and_not_of_who_drove() {
    let db = driven_by_others(|id| assert_eq!(id, 1, "a panic of the load of key 0"));
    let mut owner = load(&db, 0);
    assert!(poll!(owner.as_mut()).is_pending());
    db.get_ref().events[0].fire();
    // It drives the other to its panic, and has the permit.
    assert!(soon(load(&db, 1)).await);
    let panic = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(owner)).await;
    let payload = panic.expect_err("the panic is kept for its owner");
    let text = payload.downcast::<String>().expect("a panic with a formatted text");
    assert!(text.contains("a panic of the load of key 0"), "{text}");
    assert!(soon(load(&db, 1)).await);
}

/// What it panics with panics when it is dropped, and its owner goes without asking.
#[tokio::test]
async fn a_panic_that_nobody_asks_for_goes_quietly() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("the payload's destructor"));
        }
    }
    let db = driven_by_others(|id| {
        if id == 0 {
            std::panic::resume_unwind(Box::new(Bomb));
        }
    });
    let mut owner = load(&db, 0);
    assert!(poll!(owner.as_mut()).is_pending());
    db.get_ref().events[0].fire();
    assert!(soon(load(&db, 1)).await);
    drop(owner);
    assert!(soon(load(&db, 1)).await);
}

/// While somebody else polls a load, its owner goes: that poll is its last, and the permit is free.
#[test]
fn an_owner_that_goes_while_another_drives_cancels_the_load() {
    type Slot = Rc<Cell<Option<Pin<Box<dyn Future<Output = bool>>>>>>;
    thread_local! {
        static OWNER: Slot = Rc::default();
    }
    let db = driven_by_others(|id| {
        if id == 0 {
            drop(OWNER.with(|owner| owner.take()));
        }
    });
    let owner = OWNER.with(Rc::clone);
    futures::executor::block_on(async {
        let mut first = load(&db, 0);
        assert!(poll!(first.as_mut()).is_pending());
        owner.set(Some(first));
        db.get_ref().events[0].fire();
        assert!(load(&db, 1).await);
    });
    assert!(owner.take().is_none(), "it was dropped while it was driven");
    assert_eq!(Arc::strong_count(&db), 1, "no load is left");
}

/// Waits for its event; and for `Nested`, once others had their turn, loads from its own limiter, while it holds a permit.
#[derive(Default)]
struct Recursive {
    event: Event,
    limiter: OnceLock<Weak<MaxConcurrent<Recursive>>>,
}

impl FactSource<Plain> for Recursive {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        self.event.over().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Nested> for Recursive {
    async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
        let mut has_permit = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut has_permit, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let limiter = self.limiter.get().and_then(Weak::upgrade).expect("it is there");
        let loaded = limiter.load(&[Plain(1)]).await?;
        Ok(keys.iter().map(|key| (key.clone(), !loaded.is_empty())).collect())
    }
}

fn recursive(limit: usize) -> Arc<MaxConcurrent<Recursive>> {
    let db = Arc::new(MaxConcurrent::new(Recursive::default(), limit));
    assert!(db.get_ref().limiter.set(Arc::downgrade(&db)).is_ok());
    db
}

/// One load holds a permit and waits for another inside, which is held by a load that nobody polls.
#[tokio::test(start_paused = true)]
async fn who_drives_a_load_that_waits_inside_drives_the_others() {
    let db = recursive(2);
    let mut parked = load(&db, 0);
    assert!(poll!(parked.as_mut()).is_pending());
    let nested_db = db.clone();
    let nested =
        tokio::spawn(
            async move { nested_db.load(&[Nested(1)]).await.is_ok_and(|it| it.len() == 1) },
        );
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    db.get_ref().event.fire();
    assert!(soon(nested).await.expect("it does not panic"));
    assert!(soon(parked).await);
}

/// As many loads hold permits and wait for one more inside. A wake goes from one to the next, and so
/// would whoever drives them: neither nests.
#[test]
fn loads_inside_loads_take_no_stack_by_their_number() {
    const LOADS: usize = 4_000;
    let run = || {
        let db = recursive(LOADS + 1);
        let mut cx = Context::from_waker(Waker::noop());
        let mut last = load(&db, 0);
        let nested = async |db: &MaxConcurrent<Recursive>| db.load(&[Nested(1)]).await.is_ok();
        let mut loads: Vec<_> = (0..LOADS).map(|_| Box::pin(nested(&db))).collect();
        assert!(last.as_mut().poll(&mut cx).is_pending());
        // Everybody is woken in vain so often that they take turns.
        for _ in 0..12 {
            for load in &mut loads {
                assert!(load.as_mut().poll(&mut cx).is_pending());
            }
            let wakers = std::mem::take(&mut *db.get_ref().event.wakers.lock().unwrap());
            wakers.into_iter().for_each(Waker::wake);
            assert!(last.as_mut().poll(&mut cx).is_pending());
        }
        db.get_ref().event.fire();
        assert!(last.as_mut().poll(&mut cx).is_ready());
        while !loads.is_empty() {
            loads.retain_mut(|load| load.as_mut().poll(&mut cx).is_pending());
        }
    };
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    small.spawn(run).expect("a thread").join().expect("it comes to its end");
}

/// Asks its own session for the next key, up to the last; takes one key a call.
#[derive(Debug, Default)]
struct Chain {
    session: OnceLock<Session<ChainFacts>>,
}

const LAST: u32 = 4;

impl FactSource<Plain> for Chain {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let id = keys[0].id;
        if id >= LAST {
            tokio::time::sleep(Duration::from_millis(10)).await;
            return Ok(keys.iter().map(|key| (key.clone(), true)).collect());
        }
        let session = self.session.get().ok_or_else(|| FactError::safe("no session"))?;
        let allowed = match PLAIN.bind(session, &(), &()).check(&(id + 1)).await {
            decision if decision.is_indeterminate() => {
                return Err(FactError::safe(decision.to_string()));
            }
            decision => decision.is_allow(),
        };
        Ok(keys.iter().map(|key| (key.clone(), allowed)).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

#[derive(Sources)]
struct ChainFacts {
    #[loads(Plain)]
    db: Arc<MaxConcurrent<Chain>>,
}

/// The last link waits for a permit and meanwhile drives those that hold one, which wait for it: what it
/// drives for them, it does not wait for.
#[tokio::test(start_paused = true)]
async fn a_chain_that_waits_for_a_permit_is_no_circle() {
    let db = Arc::new(MaxConcurrent::new(Chain::default(), LAST as usize + 1));
    let session = Session::new(ChainFacts { db: db.clone() });
    assert!(db.get_ref().session.set(session.clone()).is_ok());
    // It holds the permit that the last link needs.
    let other = Session::new(ChainFacts { db: db.clone() });
    let other = tokio::spawn(async move { PLAIN.bind(&other, &(), &()).check(&LAST).await });
    tokio::task::yield_now().await;
    let decision = soon(PLAIN.bind(&session, &(), &()).check(&0)).await;
    assert!(decision.is_allow(), "{decision}");
    assert!(other.await.expect("it does not panic").is_allow());
}

/// Asks its own session for a `Plain`, for key 1.
#[derive(Debug, Default)]
struct AsksPlain {
    session: Mutex<Option<Session<AskingFacts>>>,
}

impl FactSource<Nested> for AsksPlain {
    async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
        let session = self.session.lock().unwrap().clone();
        let allowed = match session {
            Some(session) if keys[0].id == 1 => {
                PLAIN.bind(&session, &(), &()).check(&1).await.is_allow()
            }
            _ => true,
        };
        Ok(keys.iter().map(|key| (key.clone(), allowed)).collect())
    }
}

/// Answers once it is told.
#[derive(Debug, Default)]
struct Told(tokio::sync::Notify);

impl FactSource<Plain> for Told {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        self.0.notified().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
struct AskingFacts {
    #[loads(Nested)]
    asks: Arc<MaxConcurrent<AsksPlain>>,
    #[loads(Plain)]
    told: Arc<Told>,
}

/// A check is begun and kept. Its load holds the permit, and waits for another one of its own session,
/// which has no limit. Whoever waits for the permit drives both.
#[tokio::test(start_paused = true)]
async fn a_kept_check_whose_load_asks_its_session_holds_up_nobody() {
    for polls in 1..6 {
        let (asks, told) =
            (Arc::new(MaxConcurrent::new(AsksPlain::default(), 1)), Arc::new(Told::default()));
        let facts = || AskingFacts { asks: asks.clone(), told: told.clone() };
        let (one, other) = (Session::new(facts()), Session::new(facts()));
        *asks.get_ref().session.lock().unwrap() = Some(one.clone());
        let access = NESTED.bind(&one, &(), &());
        let mut kept = Box::pin(access.check(&1));
        for _ in 0..polls {
            assert!(poll!(kept.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
        let waits = tokio::spawn(async move { NESTED.bind(&other, &(), &()).check(&2).await });
        tokio::task::yield_now().await;
        told.0.notify_one();
        let decision = soon(waits).await.expect("it does not panic");
        assert!(decision.is_allow(), "{polls}: {decision}");
        assert!(soon(kept).await.is_allow());
        *asks.get_ref().session.lock().unwrap() = None;
    }
}

/// A load that nobody waits behind: its keys, if there is more than one, its future and its place.
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

/// Counts what the limiter costs: polls of its loads, wakes that reach them, polls of what is inside.
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

/// Loads one key at a time, and waits for the clock meanwhile, or lets its task go round once.
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

/// Counts the wakes that it hands on.
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

/// One page of `n` resources, each with a load of its own.
async fn one_session(n: u32, sleeps: bool) -> [usize; 3] {
    let (costs, facts) = counted(sleeps);
    let session = Session::new(facts);
    let visible = PLAIN.bind(&session, &(), &()).filter(0..n).await.expect("nothing fails");
    assert_eq!(visible.len(), n as usize);
    costs.all()
}

/// `n` tasks, each with a session of its own.
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

/// Of twice as many loads, no more than twice the cost, and a tenth.
fn assert_linear(n: u32, half: [usize; 3], whole: [usize; 3]) {
    println!("{n} loads: {half:?}; twice as many: {whole:?}");
    for (half, whole) in half.into_iter().zip(whole) {
        assert!(whole * 10 <= half * 21, "{half} of {n} loads became {whole} of twice as many");
    }
    let [.., inner_polls] = whole;
    assert_eq!(inner_polls, 4 * n as usize, "each load is polled twice");
}

#[tokio::test(start_paused = true)]
async fn loads_behind_few_permits_cost_in_proportion_to_their_number() {
    for sleeps in [false, true] {
        let (half, whole) = (one_session(1_000, sleeps).await, one_session(2_000, sleeps).await);
        assert_linear(1_000, half, whole);
        let (half, whole) =
            (many_sessions(1_000, sleeps).await, many_sessions(2_000, sleeps).await);
        assert_linear(1_000, half, whole);
    }
}
