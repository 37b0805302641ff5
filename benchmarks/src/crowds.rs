//! Crowds: many who wait on one session, each for a load of its own. What grows is counted (how often
//! checks and loads are polled), and beside it stands what one writes by hand: a future for each key, all
//! of them joined.

use std::collections::HashSet;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures::future::join_all;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;
use tokio::sync::{Semaphore, oneshot};

use crate::executor::{block_on, tokio};
use crate::settings;

fact! {
    /// Whether somebody saw `document`.
    pub Seen(document: u32) -> bool = false;
}

/// May one open a document, or all of several?
struct Documents;

impl Domain for Documents {
    type Subject = ();
    type Action = ();
    type Resource = u32;
    type Context = ();
}

/// A folder of so many documents.
struct Folder(u32);

struct Folders;

impl Domain for Folders {
    type Subject = ();
    type Action = ();
    type Resource = Folder;
    type Context = ();
}

#[policy]
async fn seen(_: _, document: &u32) -> bool {
    Seen(*document).await
}

#[policy]
async fn any_seen(_: _, folder: &Folder) -> bool {
    any((0..folder.0).map(Seen)).await
}

static DOCUMENTS: Gate<Documents, seen> = Gate::new();
static FOLDERS: Gate<Folders, any_seen> = Gate::new();

/// How often something was polled.
#[derive(Clone, Debug, Default)]
struct Polls(Arc<AtomicU64>);

impl Polls {
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The future, whose polls are counted.
    fn of<F: Future>(&self, future: F) -> Polled<F> {
        Polled { future: Box::pin(future), polls: self.clone() }
    }
}

struct Polled<F> {
    future: Pin<Box<F>>,
    polls: Polls,
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.0.fetch_add(1, Ordering::Relaxed);
        self.future.as_mut().poll(cx)
    }
}

/// How a load of one key goes.
enum Answers {
    /// It is there at once.
    AtOnce,
    /// After the runtime went round once.
    Yielding,
    /// When somebody says so, to one after the other.
    Told(Mutex<Vec<oneshot::Sender<()>>>),
    /// Never: each key fails, with a text of its own.
    Fail,
}

/// A database that takes one key a call.
struct Database(Answers);

impl Database {
    fn new(answers: Answers) -> Arc<Self> {
        Arc::new(Self(answers))
    }

    async fn row(&self, document: u32) -> bool {
        match &self.0 {
            Answers::AtOnce | Answers::Fail => {}
            Answers::Yielding => tokio::task::yield_now().await,
            Answers::Told(open) => {
                let (tell, told) = oneshot::channel();
                open.lock().unwrap().push(tell);
                told.await.expect("somebody says so");
            }
        }
        document.is_multiple_of(2)
    }

    fn failure(document: u32) -> FactError {
        FactError::safe(format!("document {document} is being moved"))
    }

    /// Tells one load that waits that it is answered.
    fn tell_one(&self) {
        let Answers::Told(open) = &self.0 else { return };
        let one = open.lock().unwrap().pop().expect("whoever waits was woken");
        one.send(()).expect("it waits");
    }
}

impl FactSource<Seen> for Database {
    async fn load(&self, keys: &[Seen]) -> Result<Loaded<Seen>, FactError> {
        let mut loaded = Loaded::new();
        for key in keys {
            let seen = self.row(key.document).await;
            match self.0 {
                Answers::Fail => loaded.fail(key.clone(), Self::failure(key.document)),
                _ => loaded.insert(key.clone(), seen),
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        if matches!(self.0, Answers::Fail) { usize::MAX } else { 1 }
    }
}

/// A source whose loads are counted.
struct Source<S> {
    source: S,
    polls: Polls,
}

impl<S: FactSource<Seen> + 'static> FactSource<Seen> for Source<S> {
    async fn load(&self, keys: &[Seen]) -> Result<Loaded<Seen>, FactError> {
        self.polls.of(self.source.load(keys)).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}

#[derive(Sources)]
struct Facts<S> {
    #[loads(Seen)]
    source: Source<S>,
}

fn session<S: FactSource<Seen> + 'static>(source: S, polls: &Polls) -> Session<Facts<S>> {
    Session::new(Facts { source: Source { source, polls: polls.clone() } })
}

/// How many calls a pool lets run at a time.
const PERMITS: usize = 4;

/// A database of which few calls run at a time.
fn pool() -> MaxConcurrent<Arc<Database>> {
    MaxConcurrent::new(Database::new(Answers::Yielding), PERMITS)
}

/// What one run of a workload counted.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// How often the checks were polled, or what stands for them by hand.
    pub checks: u64,
    /// How often the loads were.
    pub loads: u64,
}

/// Runs a workload of this size.
type Run = fn(u32) -> Counted;

/// One workload, by hand or by gatehouse.
#[derive(Clone, Copy)]
pub struct Crowd {
    pub workload: &'static str,
    pub column: &'static str,
    /// How many are asked for, growing.
    pub sizes: [u32; 3],
    /// Runs it once.
    pub run: Run,
}

/// All of them.
#[must_use]
pub fn crowds() -> Vec<Crowd> {
    let mut made = Vec::new();
    let mut push = |workload, sizes, by_hand: Run, ours: Run| {
        for (column, run) in [(settings::BY_HAND, by_hand), (settings::OURS, ours)] {
            made.push(Crowd { workload, column, sizes, run });
        }
    };
    let large = [4000, 8000, 16_000];
    push("n checks, answered one by one", [100, 200, 400], told_by_hand, told);
    push("page of n, a call for each key", large, page_by_hand, page);
    push("the same, four calls at a time", large, pooled_by_hand, pooled);
    push("n tasks, four calls at a time", [500, 1000, 2000], spawned_by_hand, spawned);
    push("n keys that fail, each otherwise", large, failed_by_hand, failed);
    made
}

/// Says whether it was woken.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs all of `checks` as one task, whose loads are answered one by one, whenever it rests.
fn one_by_one(
    database: &Database,
    checks: impl IntoIterator<Item = impl Future<Output = bool>>,
) -> usize {
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    let mut all = pin!(join_all(checks));
    loop {
        if let Poll::Ready(seen) = all.as_mut().poll(&mut Context::from_waker(&waker)) {
            return seen.into_iter().filter(|seen| *seen).count();
        }
        while !flag.0.swap(false, Ordering::Relaxed) {
            database.tell_one();
        }
    }
}

/// Half of `count` are seen.
fn assert_half(seen: usize, count: u32) {
    assert_eq!(seen, count.div_ceil(2) as usize, "every second one");
}

/// Runs a workload, which counts the polls of its checks and of its loads.
fn counted(run: impl FnOnce(&Polls, &Polls)) -> Counted {
    let (checks, loads) = (Polls::default(), Polls::default());
    run(&checks, &loads);
    Counted { checks: checks.count(), loads: loads.count() }
}

fn told_by_hand(count: u32) -> Counted {
    counted(|checks, loads| {
        let database = Database::new(Answers::Told(Mutex::default()));
        let row = |document| checks.of(loads.of(database.row(document)));
        assert_half(one_by_one(&database, (0..count).map(row)), count);
    })
}

fn told(count: u32) -> Counted {
    counted(|checks, loads| {
        let database = Database::new(Answers::Told(Mutex::default()));
        let session = session(Arc::clone(&database), loads);
        let (gate, documents) =
            (DOCUMENTS.bind(&session, &(), &()), (0..count).collect::<Vec<_>>());
        let gate = &gate;
        let check = |document| checks.of(async move { gate.check(document).await.is_allow() });
        assert_half(one_by_one(&database, documents.iter().map(check)), count);
    })
}

fn page_by_hand(count: u32) -> Counted {
    counted(|checks, loads| {
        let database = Database::new(Answers::AtOnce);
        let rows = join_all((0..count).map(|document| loads.of(database.row(document))));
        let seen = block_on(checks.of(rows));
        assert_half(seen.into_iter().filter(|seen| *seen).count(), count);
    })
}

fn page(count: u32) -> Counted {
    counted(|checks, loads| {
        let session = session(Database::new(Answers::AtOnce), loads);
        let gate = DOCUMENTS.bind(&session, &(), &());
        let seen = block_on(checks.of(gate.filter(0..count))).expect("nothing fails");
        assert_half(seen.len(), count);
    })
}

/// One of a pool's rows.
async fn pooled_row(database: &Database, pool: &Semaphore, document: u32) -> bool {
    let _permit = pool.acquire().await.expect("it stays open");
    database.row(document).await
}

fn pooled_by_hand(count: u32) -> Counted {
    counted(|checks, loads| {
        let (database, pool) = (Database::new(Answers::Yielding), Semaphore::new(PERMITS));
        let row = |document| loads.of(pooled_row(&database, &pool, document));
        let seen = tokio().block_on(checks.of(join_all((0..count).map(row))));
        assert_half(seen.into_iter().filter(|seen| *seen).count(), count);
    })
}

fn pooled(count: u32) -> Counted {
    counted(|checks, loads| {
        let session = session(pool(), loads);
        let gate = DOCUMENTS.bind(&session, &(), &());
        let seen = tokio().block_on(checks.of(gate.filter(0..count))).expect("nothing fails");
        assert_half(seen.len(), count);
    })
}

/// Runs each of `checks` as a task of its own; how many say yes.
fn spawned_each<F>(checks: impl IntoIterator<Item = F>) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    tokio().block_on(async {
        let tasks: Vec<_> = checks.into_iter().map(tokio::spawn).collect();
        let mut seen = 0;
        for task in tasks {
            seen += usize::from(task.await.expect("no panic"));
        }
        seen
    })
}

fn spawned_by_hand(count: u32) -> Counted {
    counted(|checks, loads| {
        let (database, pool) = (Database::new(Answers::Yielding), Semaphore::new(PERMITS));
        let pool = Arc::new(pool);
        let check = |document| {
            let (database, pool) = (Arc::clone(&database), Arc::clone(&pool));
            let row = async move { pooled_row(&database, &pool, document).await };
            checks.of(loads.of(row))
        };
        assert_half(spawned_each((0..count).map(check)), count);
    })
}

fn spawned(count: u32) -> Counted {
    counted(|checks, loads| {
        let session = Arc::new(session(pool(), loads));
        let check = |document| {
            let session = Arc::clone(&session);
            checks.of(async move {
                DOCUMENTS.bind(&session, &(), &()).check(&document).await.is_allow()
            })
        };
        assert_half(spawned_each((0..count).map(check)), count);
    })
}

fn failed_by_hand(count: u32) -> Counted {
    counted(|checks, loads| {
        let database = Database::new(Answers::Fail);
        let call = loads.of(async {
            let mut texts = HashSet::new();
            for document in 0..count {
                database.row(document).await;
                texts.insert(Database::failure(document).to_string());
            }
            texts.len()
        });
        assert_eq!(block_on(checks.of(call)), count as usize, "each has a text of its own");
    })
}

fn failed(count: u32) -> Counted {
    counted(|checks, loads| {
        let session = session(Database::new(Answers::Fail), loads);
        let gate = FOLDERS.bind(&session, &(), &());
        let decision = block_on(checks.of(gate.check(&Folder(count))));
        assert!(decision.is_indeterminate(), "all of them failed");
    })
}
