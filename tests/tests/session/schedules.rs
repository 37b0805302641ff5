//! Random schedules beyond the reach of a model checker: more tasks, more keys, cancellations, parked
//! tasks, replaced sources, deadlines.
//!
//! One thread polls, completes, drops and replaces in the order of a seeded generator. Every failure prints
//! its seed; `GATEHOUSE_SEED=<seed>` replays one, `GATEHOUSE_SEEDS=<count>` runs more.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use gatehouse::prelude::*;
use gatehouse_tests::random::Random;

struct Things;
impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = u8;
    type Context = ();
}

fact! {
    pub Link(id: u8) -> u8;
    pub Grant(id: u8) -> bool = false;
    pub Ban(id: u8) -> bool = false;
}

#[policy(forbid)]
async fn banned(_: _, thing: &u8) -> bool {
    Ban(*thing).await
}

#[policy]
async fn granted(_: _, thing: &u8) -> bool {
    Grant(*thing).await
}

/// Two links, and a grant at their end.
#[policy]
async fn granted_at_the_end(_: _, thing: &u8) -> bool {
    let next = Link(*thing).await?;
    let last = Link(next).await?;
    Grant(last).await || Grant(next).await
}

static GATE: Gate<Things, (banned, granted, granted_at_the_end)> = Gate::new();

/// A fact: a value, missing, or a failure.
type Fact<V> = Result<Option<V>, ()>;

/// The facts of one set of sources: a function of its number.
#[derive(Clone, Copy)]
struct Truth(u64);

impl Truth {
    fn dice(self, fact: u64, id: u8) -> u64 {
        Random(self.0 * 1_000 + fact * 300 + u64::from(id)).number() % 100
    }

    fn link(self, id: u8) -> Fact<u8> {
        match self.dice(1, id) {
            0..10 => Ok(None),
            10..18 => Err(()),
            dice => Ok(Some(u8::try_from(dice % 8).expect("small"))),
        }
    }

    fn flag(self, fact: u64, id: u8) -> Fact<bool> {
        match self.dice(fact, id) {
            0..10 => Ok(None),
            10..18 => Err(()),
            dice => Ok(Some(dice % 2 == 0)),
        }
    }

    /// The decision by the documentation, one fact after the other.
    fn decides(self, id: u8) -> &'static str {
        let or_no = |fact: Fact<bool>| fact.map(|value| value.unwrap_or(false));
        let grant = |id| or_no(self.flag(2, id));
        let either = |a: Result<bool, ()>, b: Result<bool, ()>| match (a, b) {
            (Ok(true), _) | (_, Ok(true)) => Ok(true),
            (Err(()), _) | (_, Err(())) => Err(()),
            _ => Ok(false),
        };
        let at_the_end = match self.link(id) {
            Err(()) => Err(()),
            Ok(None) => Ok(false),
            Ok(Some(next)) => match self.link(next) {
                Err(()) => Err(()),
                Ok(None) => Ok(false),
                Ok(Some(last)) => either(grant(last), grant(next)),
            },
        };
        let permits = [grant(id), at_the_end];
        match or_no(self.flag(3, id)) {
            Ok(true) => "deny",
            _ if permits.iter().all(|permit| *permit == Ok(false)) => "deny",
            Ok(false) if permits.contains(&Ok(true)) => "allow",
            _ => "indeterminate",
        }
    }
}

/// One call of a source, until it ends or is dropped.
struct Call {
    truth: u64,
    /// The number of the fact and the key, for each key.
    keys: Vec<(u64, u8)>,
    state: CallState,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CallState {
    Pending,
    Ready,
    Ended,
    Dropped,
}

/// All calls so far.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// Checks guarantee 10 where it would break.
    fn begin(&self, truth: u64, keys: Vec<(u64, u8)>, limit: usize) -> usize {
        let mut calls = self.0.lock().unwrap();
        assert!(keys.len() <= limit, "a call with more keys than the source takes");
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "a key twice in one call");
            let again = |call: &Call| {
                call.truth == truth && call.state != CallState::Dropped && call.keys.contains(key)
            };
            assert!(!calls.iter().any(again), "a key was asked for twice");
        }
        calls.push(Call { truth, keys, state: CallState::Pending, waker: None });
        calls.len() - 1
    }

    fn set(&self, call: usize, state: CallState) {
        self.0.lock().unwrap()[call].state = state;
    }

    fn pending(&self) -> Vec<usize> {
        let calls = self.0.lock().unwrap();
        (0..calls.len()).filter(|call| calls[*call].state == CallState::Pending).collect()
    }

    /// Ends a call from outside, and wakes its last poller once or twice.
    fn complete(&self, call: usize, twice: bool) {
        let waker = {
            let mut calls = self.0.lock().unwrap();
            calls[call].state = CallState::Ready;
            calls[call].waker.take()
        };
        if let Some(waker) = waker {
            if twice {
                waker.wake_by_ref();
            }
            waker.wake();
        }
    }
}

/// Records that a call was dropped before its end.
struct Guard(Calls, usize);

impl Drop for Guard {
    fn drop(&mut self) {
        let ended = self.0.0.lock().unwrap()[self.1].state == CallState::Ended;
        if !ended {
            self.0.set(self.1, CallState::Dropped);
        }
    }
}

struct Source {
    truth: Truth,
    calls: Calls,
    limit: usize,
    wakes_itself: bool,
}

impl Source {
    async fn answer<V: Copy>(
        &self,
        keys: Vec<(u64, u8)>,
        value: impl Fn(u8) -> Fact<V>,
    ) -> Vec<Fact<V>> {
        let call = self.calls.begin(self.truth.0, keys.clone(), self.limit);
        let _guard = Guard(self.calls.clone(), call);
        let mut naps = usize::from(self.wakes_itself) * 3;
        poll_fn(|cx| {
            let mut calls = self.calls.0.lock().unwrap();
            if calls[call].state == CallState::Ready {
                return Poll::Ready(());
            }
            calls[call].waker = Some(cx.waker().clone());
            drop(calls);
            if naps > 0 {
                naps -= 1;
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
        self.calls.set(call, CallState::Ended);
        keys.iter().map(|(_, id)| value(*id)).collect()
    }
}

macro_rules! loads {
    ($($fact:ident $number:literal $value:expr;)*) => {
        $(impl FactSource<$fact> for Source {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                let numbered = keys.iter().map(|key| ($number, key.id)).collect();
                let answers = self.answer(numbered, |id| $value(self.truth, id)).await;
                let mut loaded = Loaded::new();
                for (key, answer) in keys.iter().zip(answers) {
                    match answer {
                        Ok(Some(value)) => loaded.insert(key.clone(), value),
                        Ok(None) => {}
                        Err(()) => loaded.fail(key.clone(), FactError::safe("bad luck")),
                    }
                }
                Ok(loaded)
            }

            fn max_batch_size(&self) -> usize {
                self.limit
            }
        })*
    };
}

loads! {
    Link 1 Truth::link;
    Grant 2 |truth: Truth, id| truth.flag(2, id);
    Ban 3 |truth: Truth, id| truth.flag(3, id);
}

#[derive(Sources)]
struct Facts {
    #[loads(Link, Grant, Ban)]
    source: Source,
}

/// Whether a task was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The resources of an evaluation, and their decisions.
type Decided = Vec<(u8, &'static str)>;

struct Task {
    future: Pin<Box<dyn Future<Output = Decided>>>,
    woken: Arc<Flag>,
    parked: bool,
}

/// The state of one run.
struct Run {
    random: Random,
    session: Session<Facts>,
    calls: Calls,
    truth: u64,
    limit: usize,
    tasks: Vec<Task>,
    deadline: Arc<Mutex<(bool, Option<Waker>)>>,
    overdue: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let (calls, truth, limit) = (Calls::default(), seed * 100, 1 + random.below(5));
        let deadline = Arc::new(Mutex::new((false, None)));
        let facts = Self::facts(&mut random, &calls, truth, limit);
        let mut session = Session::new(facts);
        if random.one_in(3) {
            let deadline = Arc::clone(&deadline);
            session = session.with_deadline(poll_fn(move |cx| {
                let mut deadline: std::sync::MutexGuard<'_, (bool, Option<Waker>)> =
                    deadline.lock().unwrap();
                deadline.1 = Some(cx.waker().clone());
                if deadline.0 { Poll::Ready(()) } else { Poll::Pending }
            }));
        }
        let tasks = Vec::new();
        Self { random, session, calls, truth, limit, tasks, deadline, overdue: false }
    }

    fn facts(random: &mut Random, calls: &Calls, truth: u64, limit: usize) -> Facts {
        let calls = calls.clone();
        let wakes_itself = random.one_in(3);
        Facts { source: Source { truth: Truth(truth), calls, limit, wakes_itself } }
    }

    fn spawn(&mut self) {
        let session = self.session.clone();
        let things: Vec<u8> = (0..=self.random.below(4))
            .map(|_| u8::try_from(self.random.below(8)).expect("small"))
            .collect();
        let future = Box::pin(async move {
            let access = GATE.bind(&session, &(), &());
            let decisions = access.check_all(&things).await;
            things.iter().zip(decisions).map(|(id, decision)| (*id, decision.as_str())).collect()
        });
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.push(Task { future, woken, parked: false });
    }

    fn poll(&mut self, at: usize) {
        let task = &mut self.tasks[at];
        task.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.woken));
        if let Poll::Ready(decided) = task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            drop(self.tasks.swap_remove(at));
            for (id, decision) in decided {
                let expected = Truth(self.truth).decides(id);
                let excused = self.overdue && decision == "indeterminate";
                assert!(decision == expected || excused, "{id}: {decision}, not {expected}");
            }
        }
    }

    fn ready(&self) -> Vec<usize> {
        let is_ready = |task: &Task| !task.parked && task.woken.0.load(Ordering::Relaxed);
        (0..self.tasks.len()).filter(|at| is_ready(&self.tasks[*at])).collect()
    }

    fn pass_deadline(&mut self) {
        self.overdue = true;
        let waker = {
            let mut deadline = self.deadline.lock().unwrap();
            deadline.0 = true;
            deadline.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn replace(&mut self) {
        let truth = self.truth + 1;
        let facts = Self::facts(&mut self.random, &self.calls, truth, self.limit);
        if self.session.replace_sources(facts).is_ok() {
            // Guarantee 7: no load was in flight.
            assert!(self.calls.pending().is_empty());
            self.truth = truth;
        }
    }

    fn step(&mut self) {
        let (ready, pending) = (self.ready(), self.calls.pending());
        match self.random.below(40) {
            0 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                drop(self.tasks.swap_remove(at));
            }
            1 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                self.tasks[at].parked = true;
            }
            2 => self.replace(),
            3 if self.random.one_in(10) => self.pass_deadline(),
            // A poll without a wake.
            4 if !self.tasks.is_empty() => {
                let at = self.random.below(self.tasks.len());
                self.poll(at);
            }
            5..15 if !pending.is_empty() => {
                let call = pending[self.random.below(pending.len())];
                let twice = self.random.one_in(4);
                self.calls.complete(call, twice);
            }
            _ if !ready.is_empty() => {
                let at = ready[self.random.below(ready.len())];
                self.poll(at);
            }
            _ => {}
        }
    }

    /// Runs to the end: no task is parked any more, and every call is answered.
    fn finish(&mut self) {
        for task in &mut self.tasks {
            if std::mem::take(&mut task.parked) {
                task.woken.0.store(true, Ordering::Relaxed);
            }
        }
        while !self.tasks.is_empty() {
            if let Some(at) = self.ready().first().copied() {
                self.poll(at);
            } else if let Some(call) = self.calls.pending().first().copied() {
                self.calls.complete(call, false);
            } else {
                panic!("{} tasks wait for nothing", self.tasks.len());
            }
        }
        assert!(self.calls.pending().is_empty(), "a load outlived whoever waited for it");
    }
}

fn run(seed: u64) {
    let mut run = Run::new(seed);
    for _ in 0..2 + run.random.below(7) {
        run.spawn();
    }
    for _ in 0..150 {
        if run.random.one_in(25) {
            run.spawn();
        }
        run.step();
    }
    // Before parked tasks resume, the others must end without them.
    let parked: Vec<usize> = (0..run.tasks.len()).filter(|at| run.tasks[*at].parked).collect();
    let mut kept: Vec<Task> = Vec::new();
    for at in parked.into_iter().rev() {
        kept.push(run.tasks.swap_remove(at));
    }
    while !run.tasks.is_empty() {
        if let Some(at) = run.ready().first().copied() {
            run.poll(at);
        } else if let Some(call) = run.calls.pending().first().copied() {
            run.calls.complete(call, false);
        } else {
            panic!("{} tasks wait for a parked one", run.tasks.len());
        }
    }
    run.tasks = kept;
    run.finish();
}

/// Guarantees 1, 2, 3, 5, 7, 8, 9 and 10: under every schedule, every polled evaluation ends with the
/// decision of the present sources, whichever tasks are dropped or parked.
#[test]
fn random_schedules() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seeds = match number("GATEHOUSE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GATEHOUSE_SEEDS").unwrap_or(10_000),
    };
    for seed in seeds.clone() {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "replay with GATEHOUSE_SEED={seed}");
    }
    println!("{} schedules", seeds.end - seeds.start);
}
