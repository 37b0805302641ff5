//! One session: its tasks, their events, and the verdict on its decisions.

use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures::future::join_all;
use futures::poll;
use gatehouse::prelude::*;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::board::Entry;
use super::plan::{Deadline, Plan};
use super::random::Random;
use super::rules::{Thing, Which, on_gate};
use super::sources::{Facts, LONG, Own};
use super::tally::Tally;
use super::truth::{ALLOW, DENY, IDS, INDETERMINATE, Truth};

/// A check that compares its decisions when it ends.
type Asking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One session, and the state of its tasks.
struct Run {
    seed: u64,
    plan: Plan,
    session: Arc<Session<Facts>>,
    own: Own,
    sources: Versions,
    /// Checks that were begun and are not polled.
    parked: Mutex<Vec<Asking>>,
    tally: Arc<Tally>,
    entry: Entry,
}

/// The versions of a session's sources. A replacement is announced before it is tried, so that a check that
/// reads the version before and after has seen the number of every set of sources that may have answered
/// it.
#[derive(Default)]
struct Versions {
    current: AtomicU64,
    announced: AtomicU64,
    replacing: Mutex<()>,
}

/// A check: its gate, its kind and its resources.
#[derive(Clone, Debug)]
struct Question {
    gate: Which,
    how: How,
    things: Vec<Thing>,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Check,
    CheckAll,
    Filter,
    Explain,
}

/// The name and the text of a decision.
type Said = (&'static str, String);

fn said(decision: &Decision) -> Said {
    let text = if decision.is_indeterminate() { decision.to_string() } else { String::new() };
    (decision.as_str(), text)
}

/// Runs one session to its end.
pub(super) async fn run(seed: u64, plan: Plan, tally: Arc<Tally>, entry: Entry) {
    let run = Run::new(seed, plan, tally, entry);
    let deadline = tokio::spawn(Arc::clone(&run).deadline());
    let tasks: Vec<_> =
        (0..plan.tasks).map(|task| tokio::spawn(Arc::clone(&run).task(task))).collect();
    for task in tasks.into_iter().chain([deadline]) {
        if let Err(error) = task.await {
            run.wrong(&format!("a task ended by {error}"));
        }
    }
    run.entry.is("coming back to what was parked");
    let parked = std::mem::take(&mut *run.parked.lock().expect("no panic under it"));
    for (i, asking) in parked.into_iter().enumerate() {
        if i % 2 == 0 {
            asking.await;
        }
    }
    run.tally.sessions.fetch_add(1, Ordering::Relaxed);
}

impl Run {
    fn new(seed: u64, plan: Plan, tally: Arc<Tally>, entry: Entry) -> Arc<Self> {
        let own = Own::new(OnceLock::new());
        let facts = Facts::new(Truth(seed), plan.habits, &own);
        let mut session = Session::new(facts);
        match plan.deadline {
            Deadline::Far => session = session.with_deadline(sleep(LONG)),
            Deadline::Near(delay) => session = session.with_deadline(sleep(delay)),
            Deadline::Never | Deadline::Later(_) | Deadline::Ready(_) => {}
        }
        let session = Arc::new(session);
        own.set(Arc::downgrade(&session)).expect("it is set once");
        let (sources, parked) = (Versions::default(), Mutex::default());
        Arc::new(Self { seed, plan, session, own, sources, parked, tally, entry })
    }

    /// The facts of a version of the sources.
    fn truth(&self, version: u64) -> Truth {
        Truth(self.seed.wrapping_add(version << 40))
    }

    /// Sets the planned deadline.
    async fn deadline(self: Arc<Self>) {
        match self.plan.deadline {
            Deadline::Later(delay) => {
                sleep(delay).await;
                self.set_deadline(sleep(delay));
            }
            Deadline::Ready(delay) => {
                sleep(delay).await;
                self.set_deadline(ready(()));
            }
            Deadline::Never | Deadline::Far | Deadline::Near(_) => {}
        }
    }

    fn set_deadline(&self, deadline: impl Future<Output = ()> + Send + 'static) {
        drop(Session::clone(&self.session).with_deadline(deadline));
        self.tally.deadlines.fetch_add(1, Ordering::Relaxed);
    }

    async fn task(self: Arc<Self>, number: u16) {
        let mut random = Random::new(self.seed ^ (u64::from(number) + 1).rotate_left(20));
        let mut parked = Vec::new();
        for _ in 0..self.plan.steps {
            self.step(&mut random, &mut parked).await;
        }
        for asking in parked {
            match random.below(3) {
                0 => asking.await,
                1 => self.parked.lock().expect("no panic under it").push(asking),
                _ => drop(asking),
            }
        }
    }

    async fn step(self: &Arc<Self>, random: &mut Random, parked: &mut Vec<Asking>) {
        match random.below(16) {
            0 => {
                let mut asking = self.asking(random);
                let _ = polled(&mut asking, random.below(5)).await;
                self.tally.aborts.fetch_add(1, Ordering::Relaxed);
            }
            1 => {
                let task = tokio::spawn(self.asking(random));
                sleep(Duration::from_micros(u64::from(random.below(2_000)))).await;
                task.abort();
                let ended = task.await;
                self.tally.aborts.fetch_add(u64::from(ended.is_err()), Ordering::Relaxed);
                if ended.is_err_and(|error| error.is_panic()) {
                    self.wrong("a task that was to be aborted panicked");
                }
            }
            2 | 3 => {
                let mut asking = self.asking(random);
                if !polled(&mut asking, 1 + random.below(3)).await {
                    parked.push(asking);
                    self.tally.parks.fetch_add(1, Ordering::Relaxed);
                }
            }
            4 => {
                let mut asking = self.asking(random);
                if !polled(&mut asking, random.below(4)).await {
                    let moved = tokio::spawn(asking).await;
                    self.tally.moves.fetch_add(1, Ordering::Relaxed);
                    if let Err(error) = moved {
                        self.wrong(&format!("a question that was moved ended by {error}"));
                    }
                }
            }
            5 => drop(join_all((0..4).map(|_| self.asking(random))).await),
            6 => {
                let mut asking = self.asking(random);
                let time = Duration::from_micros(u64::from(random.below(2_000)));
                let ended = tokio::select! {
                    () = &mut asking => true,
                    () = sleep(time) => false,
                };
                if !ended {
                    parked.push(asking);
                    self.tally.parks.fetch_add(1, Ordering::Relaxed);
                }
            }
            7 if self.plan.replaces => self.replace(random.one_in(2)),
            8 if self.plan.deadline == Deadline::Far => self.set_deadline(sleep(LONG)),
            9 => yield_now().await,
            _ => self.asking(random).await,
        }
    }

    /// Replaces the sources, or refreshes them, unless a load is in flight.
    fn replace(&self, by_others: bool) {
        let _one = self.sources.replacing.lock().expect("no panic under it");
        let version = self.sources.current.load(Ordering::SeqCst);
        let done = if by_others {
            let next = version + 1;
            self.sources.announced.store(next, Ordering::SeqCst);
            let facts = Facts::new(self.truth(next), self.plan.habits, &self.own);
            let done = self.session.replace_sources(facts).is_ok();
            let which = if done { &self.sources.current } else { &self.sources.announced };
            which.store(if done { next } else { version }, Ordering::SeqCst);
            done
        } else {
            self.session.refresh().is_ok()
        };
        let count = if done { &self.tally.refreshes } else { &self.tally.refusals };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// A random check.
    fn asking(self: &Arc<Self>, random: &mut Random) -> Asking {
        let gate =
            random.pick(&[Which::Plain, Which::Derived, Which::Outer, Which::Chain, Which::All]);
        let how = random.pick(&[How::Check, How::Check, How::CheckAll, How::Filter, How::Explain]);
        let many = if matches!(how, How::CheckAll | How::Filter) { random.below(12) } else { 1 };
        let thing = |_| Thing { id: random.below(IDS), level: random.below(self.plan.levels) };
        let question = Question { gate, how, things: (0..many).map(thing).collect() };
        let run = Arc::clone(self);
        Box::pin(async move {
            let first = run.sources.current.load(Ordering::SeqCst);
            let answers = run.answers(&question).await;
            let last = run.sources.announced.load(Ordering::SeqCst);
            run.judge(&question, &answers, first..=last);
        })
    }

    async fn answers(&self, Question { gate, how, things }: &Question) -> Vec<Said> {
        let session = &*self.session;
        match how {
            How::Check => {
                let decision = on_gate!(gate, gate => {
                    gate.bind(session, &(), &()).check(&things[0]).await
                });
                vec![said(&decision)]
            }
            How::CheckAll => {
                let decisions = on_gate!(gate, gate => {
                    gate.bind(session, &(), &()).check_all(things).await
                });
                decisions.iter().map(said).collect()
            }
            How::Explain => {
                let explained = on_gate!(gate, gate => {
                    gate.bind(session, &(), &()).explain(&things[0]).await
                });
                vec![said(&explained.decision)]
            }
            How::Filter => {
                let rows: Vec<(usize, Thing)> = things.iter().copied().enumerate().collect();
                let kept = on_gate!(gate, gate => {
                    gate.bind(session, &(), &()).filter_by(rows, |row| &row.1).await
                });
                match kept {
                    Ok(kept) => {
                        let mut words = vec![(DENY, String::new()); things.len()];
                        for (row, _) in kept {
                            words[row].0 = ALLOW;
                        }
                        words
                    }
                    Err(error) => error.decisions().map(|(_, decision)| said(decision)).collect(),
                }
            }
        }
    }

    /// Fails unless all decisions are those of one version of the sources that the session had meanwhile.
    fn judge(
        &self,
        question: &Question,
        answers: &[Said],
        versions: std::ops::RangeInclusive<u64>,
    ) {
        self.tally.decisions.fetch_add(answers.len() as u64, Ordering::Relaxed);
        let expected = |version| {
            let truth = self.truth(version);
            let decides = move |thing: &Thing| truth.decides(question.gate, *thing);
            question.things.iter().map(decides)
        };
        let is_right = |(expected, (word, text)): (&'static str, &Said)| {
            expected == *word || (*word == INDETERMINATE && self.plan.excuses(question.gate, text))
        };
        let are_right = |version| expected(version).zip(answers).all(is_right);
        if answers.len() != question.things.len() || !versions.clone().any(are_right) {
            let expected: Vec<_> = expected(*versions.start()).collect();
            self.wrong(&format!(
                "{question:?}: {answers:?}, not {expected:?} (or what sources {versions:?} say)"
            ));
        }
    }

    fn wrong(&self, what: &str) {
        self.tally.wrong(format!("seed {}: {what}; {:?}", self.seed, self.plan));
    }
}

/// Polls a check so many times; whether it has ended.
async fn polled(asking: &mut Asking, times: u16) -> bool {
    for _ in 0..times {
        if poll!(asking.as_mut()).is_ready() {
            return true;
        }
        yield_now().await;
    }
    false
}
