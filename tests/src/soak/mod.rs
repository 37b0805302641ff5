//! A soak: many sessions on several threads, one after the other and side by side, whose sources
//! answer in every way that a source can, and whose evaluations are dropped, parked, moved and asked
//! again. Every decision is compared with a plain function of the facts.
//!
//! What a session meets follows from its seed (`plan`), and with it what may be decided: where no
//! deadline was planned, exactly what the facts say. The threads' order does not follow from it, so
//! that a seed that is replayed may want some patience.

mod board;
mod circles;
mod memory;
mod plan;
mod random;
mod rules;
mod session;
mod sources;
mod steps;
mod tally;
mod truth;

use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use self::board::Board;
use self::plan::Plan;
use self::tally::Tally;

/// How many sessions are under way at a time.
const LANES: u64 = 6;

/// How long a session may take, on a machine that has more to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the progress is printed.
const PRINTED: Duration = Duration::from_secs(30);

/// How long to soak, and in what.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed of the first session; each further one has the next.
    pub seed: u64,
    /// Worker threads of the runtime.
    pub threads: usize,
    /// No session begins later than this.
    pub seconds: u64,
    /// No more sessions than this.
    pub sessions: u64,
    /// Of so many sessions, one is a circle: loads that wait for themselves. None is, if it is zero.
    pub circles: u64,
    /// What is left out.
    pub without: Without,
}

/// What is left out of a soak.
#[derive(Clone, Copy, Debug, Default)]
pub struct Without {
    /// Sources that ask the session that they load for.
    pub reentrant: bool,
    /// Panics whose payloads panic when they are dropped.
    pub bombs: bool,
    /// Loads that only a deadline ends.
    pub stuck: bool,
}

/// What a soak came to.
#[derive(Debug)]
pub struct Report {
    /// What was counted, in words.
    pub counts: String,
    /// What was decided otherwise than the facts say, and what else went wrong.
    pub wrong: Vec<String>,
}

/// What all lanes share.
struct Soak {
    options: Options,
    began: Instant,
    next: AtomicU64,
    /// Whether no session begins any more.
    over: AtomicBool,
    board: Board,
    tally: Arc<Tally>,
}

/// Runs sessions until time is up or there were enough.
///
/// # Panics
/// If the runtime cannot be made.
#[must_use]
pub fn run(options: Options) -> Report {
    let soak = Arc::new(Soak {
        options,
        began: Instant::now(),
        next: AtomicU64::new(0),
        over: AtomicBool::new(false),
        board: Board::default(),
        tally: Arc::default(),
    });
    count_planned_panics(&soak.tally);
    let runtime = runtime(options.threads);
    let lanes: Vec<_> = (0..LANES).map(|_| runtime.spawn(Arc::clone(&soak).lane())).collect();
    soak.watch(&|| lanes.iter().all(tokio::task::JoinHandle::is_finished));
    // What hangs is not waited for.
    runtime.shutdown_background();
    Report { counts: soak.tally.to_string(), wrong: soak.tally.take_wrong() }
}

/// Few threads that block: what they hold is memory, and grows to its bound late.
fn runtime(threads: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).max_blocking_threads(4).enable_all();
    builder.build().expect("a runtime")
}

/// Counts planned panics, and prints the others as ever. The hook is the process's: it is set once.
fn count_planned_panics(tally: &Arc<Tally>) {
    static ONCE: Once = Once::new();
    static COUNTED: OnceLock<Arc<Tally>> = OnceLock::new();
    let _ = COUNTED.set(Arc::clone(tally));
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !sources::is_planned(info.payload()) {
                usual(info);
            } else if let Some(tally) = COUNTED.get() {
                tally.panics.fetch_add(1, Ordering::Relaxed);
            }
        }));
    });
}

impl Soak {
    /// Runs one session after the other.
    async fn lane(self: Arc<Self>) {
        while let Some(seed) = self.next_seed() {
            if seed.checked_rem(self.options.circles) == Some(0) {
                let _entry = self.board.enter(seed, None, "going round a circle");
                if let Err(what) = circles::circle(seed).await {
                    self.tally.wrong(format!("seed {seed}: {what}"));
                }
                self.tally.circles.fetch_add(1, Ordering::Relaxed);
            } else {
                let plan = Plan::of(seed, self.options.without);
                let entry = self.board.enter(seed, Some(plan), "deciding");
                // In a task of its own, so that a panic of it is no panic of the lane.
                let session = session::run(seed, plan, Arc::clone(&self.tally), entry);
                if let Err(error) = tokio::spawn(session).await {
                    self.tally.wrong(format!("seed {seed}: {error}"));
                }
            }
        }
    }

    fn next_seed(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let is_next = number < self.options.sessions && !self.over.load(Ordering::Relaxed);
        is_next.then(|| self.options.seed.wrapping_add(number))
    }

    /// Waits for the end, from a thread that no session can hold up.
    fn watch(&self, is_over: &dyn Fn() -> bool) {
        let limit = Duration::from_secs(self.options.seconds);
        let (mut printed, mut warm) = (Instant::now(), None);
        while !is_over() {
            thread::sleep(Duration::from_millis(20));
            self.over.fetch_or(self.began.elapsed() >= limit, Ordering::Relaxed);
            if let Some(what) = self.board.overdue(PATIENCE) {
                return self.tally.wrong(format!("hangs: {what}"));
            }
            if warm.is_none() && self.is_warm() {
                warm = memory::resident_kib();
            }
            if printed.elapsed() >= PRINTED {
                printed = Instant::now();
                self.print();
            }
        }
        self.print();
        if let (Some(warm), Some(end)) = (warm, memory::resident_kib())
            && !memory::is_flat(warm, end)
        {
            self.tally.wrong(format!("memory grew from {warm} to {end} KiB"));
        }
    }

    /// Whether a tenth is over: what is kept for reuse is there by then.
    fn is_warm(&self) -> bool {
        let Options { seconds, sessions, .. } = self.options;
        self.began.elapsed() >= Duration::from_secs(seconds) / 10
            || self.tally.sessions() >= sessions / 10
    }

    fn print(&self) {
        let resident = memory::resident_kib().map_or("?".into(), |kib| kib.to_string());
        println!("{:.0?}: {}, {resident} KiB resident", self.began.elapsed(), self.tally);
    }
}
