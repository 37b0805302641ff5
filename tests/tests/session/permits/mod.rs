//! A limit on concurrent loads, and checks that are begun and not polled.

mod cost;
mod driving;
mod parked;
mod reentrant;
mod timeouts;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::poll;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::soon;

fact! {
    /// Loaded in ten milliseconds.
    pub Plain(id: u32) -> bool = false;
    /// Its source checks `Plain` on a session.
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

/// Loads slowly, and counts running loads.
#[derive(Debug, Default)]
struct Db {
    running: AtomicUsize,
    most: AtomicUsize,
    session: OnceLock<Session<Facts>>,
}

/// A running load.
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

/// A check, polled once.
async fn begun(
    db: &Arc<MaxConcurrent<Db>>,
    id: u32,
) -> Pin<Box<dyn Future<Output = Decision> + Send>> {
    let mut check = Box::pin(check(db.clone(), id));
    assert!(poll!(check.as_mut()).is_pending());
    check
}

/// Asserts that no load runs, and that every permit is free.
fn assert_at_rest(db: &MaxConcurrent<Db>, limit: usize) {
    assert_eq!(db.get_ref().running.load(Ordering::Relaxed), 0);
    let most = db.get_ref().most.load(Ordering::Relaxed);
    assert!(most <= limit, "{most} ran at a time, of {limit}");
    let shown = format!("{db:?}");
    assert!(shown.contains(&format!("free: {limit}")), "{shown}");
}

/// An event that a load waits for.
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

/// One load of a source, without a session.
fn load<S: FactSource<Plain> + 'static>(
    source: &Arc<S>,
    id: u32,
) -> Pin<Box<dyn Future<Output = bool>>> {
    let source = source.clone();
    Box::pin(async move { source.load(&[Plain(id)]).await.is_ok_and(|loaded| loaded.len() == 1) })
}
