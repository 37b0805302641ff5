//! The generated program: answers, for each line of its input, what a gate decides.
//!
//! A line is a data set, and steps on one session: the policies of a gate, by their places in
//! `bodies::POLICIES`, and the data sets whose documents it is asked about. The answer is the
//! decisions, the rounds used, the rounds planned, the rounds planned for each link, and every key
//! that was asked of a source.

mod bodies;
mod data;
mod facts;

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use gatehouse::{DynGate, DynPolicy, prelude::*};

use data::{Doc, User};
use facts::{Facts, World};

/// What the generated policies decide about.
pub struct Docs;
impl Domain for Docs {
    type Subject = User;
    type Action = ();
    type Resource = Doc;
    type Context = ();
}

/// A policy of any type.
pub type Boxed = Box<dyn DynPolicy<Docs, Facts>>;

/// Stands beside a forbid, so that there is something to forbid.
#[policy(unconditional)]
fn anybody(_: &User) -> bool {
    true
}

/// That policy.
pub fn anybody_boxed() -> Boxed {
    gatehouse::boxed::<anybody, _, _>()
}

/// Time that stands still until everything waits.
#[derive(Default)]
pub struct Clock {
    now: AtomicU64,
    sleepers: Mutex<Vec<Waker>>,
}

impl Clock {
    /// Waits until everything else waits, too.
    pub async fn tick(&self) {
        let until = self.now.load(Ordering::Relaxed) + 1;
        poll_fn(|cx| {
            if self.now.load(Ordering::Relaxed) >= until {
                return Poll::Ready(());
            }
            let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
            sleepers.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn advance(&self) -> usize {
        self.now.fetch_add(1, Ordering::Relaxed);
        let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        let sleepers = std::mem::take(&mut *sleepers);
        let count = sleepers.len();
        sleepers.into_iter().for_each(Waker::wake);
        count
    }
}

/// A keys that was asked for: the place of its fact, and its parts.
pub type Key = (usize, Vec<u64>);

/// The keys that were asked for.
pub type Log = Mutex<Vec<Key>>;

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs a future; whenever it waits, all loads that were begun are answered at once. Gives how often
/// that was.
fn run<T>(future: impl Future<Output = T>, clock: &Clock) -> Option<(T, u64)> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    for _ in 0..10_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Some((value, clock.now.load(Ordering::Relaxed)));
        }
        if !woken.0.swap(false, Ordering::Relaxed) && clock.advance() == 0 {
            break;
        }
    }
    None
}

/// The numbers of a step.
fn list(text: &str) -> Vec<u64> {
    text.split(',').map(|number| number.parse().expect(text)).collect()
}

/// One line of input.
fn answer(line: &str) -> String {
    let mut words = line.split_whitespace();
    let data: u64 = words.next().and_then(|word| word.parse().ok()).expect(line);
    let steps = words.map(|word| {
        let (policies, docs) = word.split_once('/').expect(line);
        let policies = list(policies).into_iter().map(|at| bodies::POLICIES[at as usize]());
        let docs: Vec<Doc> = list(docs).into_iter().map(|data| data::request(data).1).collect();
        (DynGate::new(policies.collect::<Vec<Boxed>>()), docs)
    });
    let steps: Vec<_> = steps.collect();
    let (user, _) = data::request(data);
    let (clock, log) = (Arc::new(Clock::default()), Arc::new(Log::default()));
    let world = World { data, clock: Arc::clone(&clock), log: Arc::clone(&log) };
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let session = Session::new(Facts { world });
        let (mut decisions, mut rounds) = (Vec::new(), 0);
        for (gate, docs) in &steps {
            let access = gate.bind(&session, &user, &());
            let all = async {
                match &docs[..] {
                    [doc] => vec![access.check(doc).await],
                    docs => access.check_all(docs).await,
                }
            };
            let (decided, now) = run(all, &clock)?;
            decisions.extend(decided.iter().map(word));
            rounds = now;
        }
        Some((decisions, rounds))
    }));
    let (decisions, rounds) = match decided {
        Ok(Some(decided)) => decided,
        Ok(None) => (vec!["hangs"], 0),
        Err(_) => (vec!["panics"], 0),
    };
    let plan = steps.last().expect(line).0.plan();
    let per_link = plan.policies().iter().map(|policy| policy.plan.rounds_per_link).max();
    let (planned, per_link) = (plan.rounds(), per_link.unwrap_or(0));
    let mut text = format!("{} {rounds} {planned} {per_link}", decisions.join(","));
    for (fact, parts) in log.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
        write!(text, " {fact}:{}", parts.join(":")).expect("a string takes all");
    }
    text
}

/// What the library says of a policy that it thinks impure; no generated one is.
const IMPURE: &str = "the policy asks for another key each time it runs";

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow { .. } => "allow",
        Decision::Deny { .. } => "deny",
        it if !it.to_string().contains(IMPURE) => "indeterminate",
        // No source failed: the library thinks that the policy is impure.
        _ => "impure",
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line.expect("input"))).expect("a reader");
    }
}
