//! The generated program: answers, for each line of its input, what a gate decides.
//!
//! A line is a data set, perhaps `explain`, and steps on one session: the policies of a gate, by their places in
//! `bodies::POLICIES`, and the data sets whose documents it is asked about. The answer is the
//! decisions, the rounds used, the rounds planned, the rounds planned for each link, and every key
//! that was asked of a source; behind a tab, where it is wanted, an explanation of each decision on
//! the same session, and, of a single one, whether it is the same on a fresh session.

mod answers;
mod bodies;
mod data;
mod explain;
mod facts;
mod names;

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use gatehouse::dynamic::{DynGate, DynPolicy};
use gatehouse::prelude::*;

use data::{Action, Doc, User};
use explain::Words;
use facts::{Facts, World};

/// What the generated policies decide about.
pub struct Docs;
impl Domain for Docs {
    type Subject = User;
    type Action = Action;
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
    gatehouse::dynamic::boxed::<anybody, _, _>()
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

/// What is asked on one session: gates, each with the documents.
type Steps = [(DynGate<Docs, Facts>, Vec<Doc>)];

/// A session of a data set, and what its sources are asked.
struct Request {
    session: Session<Facts>,
    user: User,
    action: Action,
    clock: Arc<Clock>,
    log: Arc<Log>,
}

impl Request {
    fn new(data: u64) -> Self {
        let (clock, log) = (Arc::new(Clock::default()), Arc::new(Log::default()));
        let world = World { data, clock: Arc::clone(&clock), log: Arc::clone(&log) };
        let (user, action) = (data::request(data).0, data::action(data));
        Self { session: Session::new(Facts { world }), user, action, clock, log }
    }

    /// Runs a future that must neither panic nor hang; or gives what it did.
    fn run<T>(&self, future: impl Future<Output = T>) -> Result<(T, u64), &'static str> {
        let run = || run(future, &self.clock).ok_or("hangs");
        catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err("panics"))
    }

    fn asked(&self) -> Vec<Key> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The decisions, and the rounds.
    fn check(&self, steps: &Steps) -> Result<(Vec<&'static str>, u64), &'static str> {
        let (mut decisions, mut rounds) = (Vec::new(), 0);
        for (gate, docs) in steps {
            let access = gate.bind(&self.session, &self.user, &self.action);
            let all = async {
                match &docs[..] {
                    [doc] => vec![access.check(doc).await],
                    docs => access.check_all(docs).await,
                }
            };
            let (decided, now) = self.run(all)?;
            decisions.extend(decided.iter().map(word));
            rounds = now;
        }
        Ok((decisions, rounds))
    }

    /// An explanation of each decision.
    fn explain(&self, steps: &Steps) -> Result<(usize, Words), &'static str> {
        let (mut count, mut words) = (0, Words(String::new()));
        for (gate, docs) in steps {
            let access = gate.bind(&self.session, &self.user, &self.action);
            for doc in docs {
                let before = self.asked().len();
                let (explanation, _) = self.run(access.explain(doc))?;
                words.explanation(&explanation, self.asked().len() - before);
                count += 1;
            }
        }
        Ok((count, words))
    }
}

/// One line of input.
fn answer(line: &str) -> String {
    let mut words = line.split_whitespace().peekable();
    let data: u64 = words.next().and_then(|word| word.parse().ok()).expect(line);
    let explains = words.next_if_eq(&"explain").is_some();
    let steps = words.map(|word| {
        let (policies, docs) = word.split_once('/').expect(line);
        let policies = list(policies).into_iter().map(|at| bodies::POLICIES[at as usize]());
        let docs: Vec<Doc> = list(docs).into_iter().map(|data| data::request(data).1).collect();
        (DynGate::new(policies.collect::<Vec<Boxed>>()), docs)
    });
    let steps: Vec<_> = steps.collect();
    let request = Request::new(data);
    let (decisions, rounds) = request.check(&steps).unwrap_or_else(|what| (vec![what], 0));
    let plan = steps.last().expect(line).0.plan();
    let per_link = plan.policies().iter().map(|policy| policy.plan.rounds_per_link).max();
    let (planned, per_link) = (plan.rounds(), per_link.unwrap_or(0));
    let mut text = format!("{} {rounds} {planned} {per_link}", decisions.join(","));
    for (fact, parts) in request.asked() {
        let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
        write!(text, " {fact}:{}", parts.join(":")).expect("a string takes all");
    }
    if explains {
        text.push_str(&explained(data, &steps, &request));
    }
    text
}

/// The explanations, after the check. Where one decision is all, it must be explained alike on a
/// fresh session, for the same loads.
fn explained(data: u64, steps: &Steps, request: &Request) -> String {
    let asked = request.asked();
    let (count, words) = match request.explain(steps) {
        Ok(explained) => explained,
        Err(what) => return format!("\t{what}"),
    };
    let mut fresh = "same";
    if count == 1 {
        let request = Request::new(data);
        let explained = request.explain(steps);
        let loads = request.asked().len();
        let alike = |other: &Words| words.0.replacen("\t0", &format!("\t{loads}"), 1) == other.0;
        fresh = match explained {
            Err(what) => what,
            Ok(_) if request.asked() != asked => "asks otherwise",
            Ok((_, other)) if !alike(&other) => "differs",
            Ok(_) => fresh,
        };
    }
    format!("\t{fresh}\t{count}{}", words.0)
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
