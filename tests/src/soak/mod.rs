//! A soak: many sessions on several threads, in sequence and concurrently. Their sources answer in every
//! way that a source can, and their evaluations are dropped, parked, moved and repeated. Every decision is
//! compared with a plain function of the facts.
//!
//! A session's events follow from its seed (`plan`), and so do the decisions that are allowed: exactly
//! those of the facts, where no deadline was planned. The order of the threads does not follow from the
//! seed: a replay may need several runs.

mod board;
mod cycles;
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

/// The number of concurrent sessions.
const LANES: u64 = 6;

/// The time limit of a session, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The interval between two progress reports.
const PRINTED: Duration = Duration::from_secs(30);

/// The extent of a soak.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed of the first session; each further one has the next.
    pub seed: u64,
    /// Worker threads of the runtime.
    pub threads: usize,
    /// No session begins after this time.
    pub seconds: u64,
    /// The maximal number of sessions.
    pub sessions: u64,
    /// One of so many sessions is a cycle: loads that wait for themselves. Zero: none is.
    pub cycles: u64,
    /// The events to leave out.
    pub without: Without,
}

/// Events that a soak leaves out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Without {
    /// Sources that check on the session for which they load.
    pub reentrant: bool,
    /// Panics whose payloads panic when they are dropped.
    pub bombs: bool,
    /// Loads that only a deadline ends.
    pub stuck: bool,
}

/// The result of a soak.
#[derive(Debug)]
pub struct Report {
    /// The counts, as text.
    pub counts: String,
    /// Decisions that differ from the facts, and other failures.
    pub wrong: Vec<String>,
}

/// The state that all lanes share.
struct Soak {
    options: Options,
    began: Instant,
    next: AtomicU64,
    /// Whether no further session begins.
    over: AtomicBool,
    board: Board,
    tally: Arc<Tally>,
}

/// Runs sessions until the time or the number is used up.
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
    // Hanging tasks are not awaited.
    runtime.shutdown_background();
    Report { counts: soak.tally.to_string(), wrong: soak.tally.take_wrong() }
}

/// Few blocking threads: their memory would reach its bound late.
fn runtime(threads: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).max_blocking_threads(4).enable_all();
    builder.build().expect("a runtime")
}

/// Counts planned panics, and reports the others as usual. The hook is global: it is set once.
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
    /// Runs sessions one after the other.
    async fn lane(self: Arc<Self>) {
        while let Some(seed) = self.next_seed() {
            if seed.checked_rem(self.options.cycles) == Some(0) {
                let _entry = self.board.enter(seed, None, "in a cycle of loads");
                if let Err(what) = cycles::cycle(seed).await {
                    self.tally.wrong(format!("seed {seed}: {what}"));
                }
                self.tally.cycles.fetch_add(1, Ordering::Relaxed);
            } else {
                let plan = Plan::of(seed, self.options.without);
                let entry = self.board.enter(seed, Some(plan), "deciding");
                // In a task of its own, so that its panic is no panic of the lane.
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

    /// Waits for the end, on a thread that no session can block.
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

    /// Whether a tenth is done: buffers for reuse exist by then.
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
