//! Random schedules of many sessions behind one limit on loads: checks that are parked, resumed and
//! dropped, loads that wait, fail and panic, and wakes in any order.
//!
//! One thread does all this in the order of a seeded generator. Every failure prints its seed;
//! `GATEHOUSE_SEED=<seed>` replays one, `GATEHOUSE_SEEDS=<count>` runs more.

use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::random::Random;

fact! {
    pub Even(id: u32) -> bool = false;
    pub Small(id: u32) -> bool = false;
}

#[policy]
async fn even(_: _, id: &u32) -> bool {
    Even(*id).await
}

#[policy(forbid)]
async fn small(_: _, id: &u32) -> bool {
    Small(*id).await
}

static GATE: Gate<Things, (even, small)> = Gate::new();

/// The events that loads wait for, and the number of running loads.
struct Outside {
    random: Mutex<Random>,
    /// The wakers of loads that wait.
    events: Mutex<Vec<Waker>>,
    running: AtomicUsize,
    limit: usize,
}

/// A running load.
struct Running<'o>(&'o Outside);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Outside {
    fn run(&self) -> Running<'_> {
        let before = self.running.fetch_add(1, Ordering::Relaxed);
        assert!(before < self.limit, "more loads run than may");
        Running(self)
    }

    /// Waits for up to three events; some wake the load immediately.
    async fn wait(&self) {
        let steps = self.random.lock().unwrap().below(4);
        for _ in 0..steps {
            let is_at_once = self.random.lock().unwrap().one_in(4);
            let mut is_first = true;
            poll_fn(|cx| {
                // Any second poll is the end of the wait, whether the load was woken or not.
                if !std::mem::take(&mut is_first) {
                    return Poll::Ready(());
                }
                if is_at_once {
                    cx.waker().wake_by_ref();
                } else {
                    self.events.lock().unwrap().push(cx.waker().clone());
                }
                Poll::Pending
            })
            .await;
        }
    }

    fn fire(&self, at: usize) {
        let waker = self.events.lock().unwrap().swap_remove(at);
        waker.wake();
    }

    fn events(&self) -> usize {
        self.events.lock().unwrap().len()
    }
}

/// The value of a key, or `None` if its load fails.
fn is_even(id: u32) -> Option<bool> {
    (id % 7 != 3 && id % 11 != 5).then_some(id.is_multiple_of(2))
}

fn is_small(id: u32) -> Option<bool> {
    (id % 13 != 6).then_some(id < 5)
}

fn expected(id: u32) -> &'static str {
    match (is_even(id), is_small(id)) {
        (Some(false), _) | (_, Some(true)) => "deny",
        (None, _) | (_, None) => "indeterminate",
        (Some(true), Some(false)) => "allow",
    }
}

struct Source(Arc<Outside>);

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source")
    }
}

impl FactSource<Even> for Source {
    async fn load(&self, keys: &[Even]) -> Result<Loaded<Even>, FactError> {
        let _running = self.0.run();
        self.0.wait().await;
        let mut loaded = Loaded::new();
        for key in keys {
            match is_even(key.id) {
                Some(value) => loaded.insert(key.clone(), value),
                None if key.id % 7 == 3 => return Err(FactError::safe("it failed")),
                None => resume_unwind(Box::new("a panic that is not printed")),
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

impl FactSource<Small> for Source {
    async fn load(&self, keys: &[Small]) -> Result<Loaded<Small>, FactError> {
        let _running = self.0.run();
        self.0.wait().await;
        let value = |key: &Small| is_small(key.id).unwrap_or_else(|| resume_unwind(Box::new(())));
        Ok(keys.iter().map(|key| (key.clone(), value(key))).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Even, Small)]
    source: MaxConcurrent<Source>,
}

/// A task's waker.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    check: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
    is_parked: bool,
}

struct Run {
    random: Random,
    outside: Arc<Outside>,
    facts: Arc<Facts>,
    /// A session that several checks share.
    shared: Session<Facts>,
    tasks: Vec<Task>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let limit = 1 + random.below(4);
        let outside = Arc::new(Outside {
            random: Mutex::new(Random(seed ^ 0xff)),
            events: Mutex::default(),
            running: AtomicUsize::new(0),
            limit,
        });
        let source = MaxConcurrent::new(Source(outside.clone()), limit);
        let facts = Arc::new(Facts { source });
        let shared = Session::new(facts.clone());
        Self { random, outside, facts, shared, tasks: Vec::new() }
    }

    fn spawn(&mut self) {
        let session = if self.random.one_in(3) {
            self.shared.clone()
        } else {
            Session::new(self.facts.clone())
        };
        let ids: Vec<u32> = (0..=self.random.below(3)).map(|_| self.id()).collect();
        let check = Box::pin(async move {
            let decisions = GATE.bind(&session, &(), &()).check_all(ids.clone()).await;
            let words: Vec<&str> = decisions.iter().map(Decision::as_str).collect();
            let right: Vec<&str> = ids.into_iter().map(expected).collect();
            assert_eq!(words, right);
        });
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        self.tasks.push(Task { check, woken, is_parked: false });
    }

    fn id(&mut self) -> u32 {
        u32::try_from(self.random.below(40)).expect("it is small")
    }

    /// The tasks that an executor would poll.
    fn ready(&self) -> Vec<usize> {
        let is_ready = |task: &Task| !task.is_parked && task.woken.0.load(Ordering::Relaxed);
        (0..self.tasks.len()).filter(|at| is_ready(&self.tasks[*at])).collect()
    }

    fn poll(&mut self, at: usize) {
        let task = &mut self.tasks[at];
        task.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(task.woken.clone());
        if task.check.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks.swap_remove(at);
        }
    }

    fn step(&mut self) {
        let (ready, events) = (self.ready(), self.outside.events());
        match self.random.below(30) {
            0 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                self.tasks.swap_remove(at);
            }
            1..4 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                self.tasks[at].is_parked ^= true;
            }
            // A poll without a wake.
            4 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                self.poll(at);
            }
            5..13 => self.spawn(),
            9..18 if events > 0 => self.outside.fire(self.random.below(events)),
            _ if !ready.is_empty() => {
                let at = ready[self.random.below(ready.len())];
                self.poll(at);
            }
            _ => {}
        }
    }

    /// Fires all events, until all polled tasks end.
    fn finish(&mut self) {
        loop {
            let (ready, events) = (self.ready(), self.outside.events());
            if !ready.is_empty() {
                let at = ready[self.random.below(ready.len())];
                self.poll(at);
            } else if events > 0 {
                self.outside.fire(self.random.below(events));
            } else {
                break;
            }
        }
        let waiting = self.tasks.iter().filter(|task| !task.is_parked).count();
        assert_eq!(waiting, 0, "tasks that are polled wait for others that are not");
    }
}

fn run(seed: u64) {
    let mut run = Run::new(seed);
    for _ in 0..50 + run.random.below(200) {
        run.step();
    }
    run.finish();
    // Tasks that were not polled are resumed or dropped.
    for mut task in std::mem::take(&mut run.tasks) {
        task.is_parked = false;
        task.woken.0.store(true, Ordering::Relaxed);
        if !run.random.one_in(4) {
            run.tasks.push(task);
        }
    }
    run.finish();
    assert_eq!(run.outside.running.load(Ordering::Relaxed), 0);
    assert!(run.tasks.is_empty());
    // No permit is lost.
    let shown = format!("{:?}", run.facts.source);
    assert!(shown.contains(&format!("free: {}", run.outside.limit)), "{shown}");
    drop(run.shared);
    drop(run.facts);
    assert_eq!(Arc::strong_count(&run.outside), 1, "a load is kept for ever");
}

/// Under every schedule, the number of concurrent loads stays within the limit, every polled check ends
/// with the right decision, and nothing is left behind.
#[test]
fn random_schedules_behind_one_limit() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seeds = match number("GATEHOUSE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GATEHOUSE_SEEDS").unwrap_or(1_000),
    };
    for seed in seeds.clone() {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "replay with GATEHOUSE_SEED={seed}");
    }
    println!("{} schedules", seeds.end - seeds.start);
}
