//! Payloads of panics, and values of users, that panic when they are dropped: no decision is lost to that,
//! and no record but those that the first panic lost.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use futures::executor::block_on;
use gatehouse::Description;
use gatehouse::explanation::{FactFound, PolicyOutcome};
use gatehouse::prelude::*;
use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
use gatehouse_tests::PATIENCE;

/// Panics when it is dropped, with a payload that does so too.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic_any(Bomb);
        }
    }
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bomb")
    }
}

impl std::error::Error for Bomb {}

/// Runs a test and contains its panics: a payload that escaped would abort the test harness.
fn contained(test: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(test)) {
        if payload.is::<Bomb>() {
            std::mem::forget(payload);
            panic!("a bomb got through");
        }
        resume_unwind(payload);
    }
}

/// The part of a request that cannot be described.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    None,
    Subject,
    Action,
    Resource,
    Context,
}

const NONE: &Part = &Part::None;

struct Things;
impl Domain for Things {
    type Subject = Part;
    type Action = Part;
    type Resource = Part;
    type Context = Part;

    fn describe_subject(part: &Part) -> Description {
        describe(*part, Part::Subject)
    }

    fn describe_action(part: &Part) -> Description {
        describe(*part, Part::Action)
    }

    fn describe_resource(part: &Part) -> Description {
        describe(*part, Part::Resource)
    }

    fn describe_context(part: &Part) -> Description {
        describe(*part, Part::Context)
    }
}

fn describe(part: Part, unspeakable: Part) -> Description {
    if part == unspeakable {
        panic_any(Bomb);
    }
    Description::of(format_args!("{part:?}"))
}

fact! {
    pub Level(user: u32) -> u32;
    pub Down(user: u32) -> u32;
    pub Odd(part: Unspeakable) -> Unspeakable;
    pub Observed(part: Mined) -> bool = false;
}

/// Its `Debug` panics with a bomb.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unspeakable;

impl fmt::Debug for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic_any(Bomb)
    }
}

/// A key part whose first clone after its text was made is a bomb: the clone of the observer.
pub struct Mined(bool);

/// A bomb is equal to any other key.
impl PartialEq for Mined {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Mined {}

impl std::hash::Hash for Mined {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

thread_local! {
    static WRITTEN: Cell<bool> = const { Cell::new(false) };
    static BOMBS: Cell<usize> = const { Cell::new(0) };
}

impl fmt::Debug for Mined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        WRITTEN.set(true);
        f.write_str("mined")
    }
}

impl Clone for Mined {
    fn clone(&self) -> Self {
        Self(WRITTEN.replace(false))
    }
}

impl Drop for Mined {
    fn drop(&mut self) {
        if self.0 {
            BOMBS.set(BOMBS.get() + 1);
            panic_any(Bomb);
        }
    }
}

struct Db;

impl FactSource<Level> for Db {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), 5)).collect())
    }
}

impl FactSource<Down> for Db {
    async fn load(&self, _: &[Down]) -> Result<Loaded<Down>, FactError> {
        Err(FactError::new(Bomb))
    }
}

impl FactSource<Odd> for Db {
    async fn load(&self, keys: &[Odd]) -> Result<Loaded<Odd>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Unspeakable)).collect())
    }
}

impl FactSource<Observed> for Db {
    async fn load(&self, _: &[Observed]) -> Result<Loaded<Observed>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Level, Down, Odd, Observed)]
    db: Db,
}

fn session() -> Session<Facts> {
    Session::new(Facts { db: Db })
}

#[policy(unconditional)]
fn everybody(_: &Part) -> bool {
    true
}

#[policy]
async fn level(_: &Part) -> bool {
    Level(7).await? > 4
}

#[policy]
async fn down(_: &Part) -> bool {
    Down(7).await? > 4
}

static LOCAL: Gate<Things, everybody> = Gate::new();
static LEVEL: Gate<Things, level> = Gate::new();
static DOWN: Gate<Things, down> = Gate::new();

fn explode() -> bool {
    panic_any(Bomb)
}

/// The reaction of a sink to a call.
#[derive(Clone, Copy, Debug)]
enum Reaction {
    Takes,
    PanicsWithBomb,
    FailsWithBomb,
    Panics,
    Fails,
}

/// Waits for its reaction at each call, and sends the records that it takes.
struct ControlledSink {
    reactions: Receiver<Reaction>,
    records: Sender<DecisionRecord>,
}

impl DecisionSink for ControlledSink {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        match self.reactions.recv() {
            Ok(Reaction::PanicsWithBomb) => panic_any(Bomb),
            Ok(Reaction::FailsWithBomb) => return Err(Box::new(Bomb)),
            Ok(Reaction::Panics) => panic!("on purpose"),
            Ok(Reaction::Fails) => return Err("on purpose".into()),
            Ok(Reaction::Takes) | Err(_) => {}
        }
        for record in records {
            self.records.send(record.clone())?;
        }
        Ok(())
    }
}

/// A recorder whose sink receives a reaction for each call, until the sender is dropped.
fn controlled() -> (Recorder, Sender<Reaction>, Receiver<DecisionRecord>) {
    let ((reactions, next), (sender, records)) = (channel(), channel());
    let sink = ControlledSink { reactions: next, records: sender };
    (Recorder::new(sink).unwrap(), reactions, records)
}

/// However a batch is refused, the next one is offered, and counts and flushes are right.
#[test]
fn a_recorder_outlives_every_panic_of_its_sink() {
    contained(|| {
        let (recorder, reactions, records) = controlled();
        let session = session().with_recorder(&recorder);
        let access = LOCAL.bind(&session, NONE, NONE).with_context(NONE);
        let refusals =
            [Reaction::PanicsWithBomb, Reaction::FailsWithBomb, Reaction::Panics, Reaction::Fails];
        let all = refusals.iter().chain(&refusals).chain(refusals.iter().rev());
        for (number, reaction) in all.enumerate() {
            reactions.send(*reaction).unwrap();
            assert!(access.check_local(NONE).is_allow());
            recorder.flush(PATIENCE).unwrap();
            assert_eq!(recorder.dropped(), number as u64 + 1, "{reaction:?}");
            reactions.send(Reaction::Takes).unwrap();
            assert!(access.check_local(NONE).is_allow());
            recorder.flush(PATIENCE).unwrap();
            assert_eq!(records.try_iter().map(|it| it.dropped_before).collect::<Vec<_>>(), [1]);
        }
        assert_eq!(recorder.dropped(), 12);
    });
}

/// Records share the error of a source: the recorder's thread may drop it last.
#[test]
fn an_error_that_panics_when_it_is_dropped_ends_no_recorder() {
    contained(|| {
        let (recorder, reactions, records) = controlled();
        for _ in 0..2 {
            let session = session().with_recorder(&recorder);
            let decision = block_on(DOWN.bind(&session, NONE, NONE).with_context(NONE).check(NONE));
            assert!(decision.is_indeterminate());
            drop((decision, session));
            // The sink takes none: only the recorder has the error then.
            reactions.send(Reaction::Fails).unwrap();
            recorder.flush(PATIENCE).unwrap();
        }
        drop(reactions);
        let session = session().with_recorder(&recorder);
        let access = LOCAL.bind(&session, NONE, NONE).with_context(NONE);
        assert!(access.check_local(NONE).is_allow());
        recorder.flush(PATIENCE).unwrap();
        assert_eq!(records.try_iter().map(|it| it.dropped_before).collect::<Vec<_>>(), [2]);
    });
}

#[test]
fn a_sink_that_panics_at_its_end_is_dropped_once() {
    contained(|| {
        struct Last(Arc<AtomicUsize>, Sender<usize>);
        impl DecisionSink for Last {
            fn write(&mut self, _: &[DecisionRecord]) -> Result<(), SinkError> {
                Ok(())
            }

            fn close(&mut self, _: u64) {
                panic_any(Bomb);
            }
        }
        impl Drop for Last {
            fn drop(&mut self) {
                let drops = self.0.fetch_add(1, Ordering::Relaxed) + 1;
                self.1.send(drops).unwrap();
                panic_any(Bomb);
            }
        }
        let (sender, drops) = channel();
        drop(Recorder::new(Last(Arc::default(), sender)).unwrap());
        assert_eq!(drops.recv_timeout(PATIENCE), Ok(1));
        assert!(drops.recv_timeout(PATIENCE).is_err(), "nothing comes after the end");
    });
}

/// Every kind of check decides, whichever part cannot be described.
#[test]
fn a_domain_that_panics_when_it_describes_loses_records_and_no_decision() {
    contained(|| {
        let (recorder, reactions, records) = controlled();
        drop(reactions);
        let session = session().with_recorder(&recorder);
        let mut lost = 0;
        for part in [Part::Subject, Part::Action, Part::Context, Part::Resource] {
            for access in [
                LEVEL.bind(&session, &part, NONE).with_context(NONE),
                LEVEL.bind(&session, NONE, &part).with_context(NONE),
                LEVEL.bind(&session, NONE, NONE).with_context(&part),
            ] {
                assert!(block_on(access.check(&part)).is_allow());
                assert!(block_on(access.check_all([&part, &part])).iter().all(Decision::is_allow));
                assert!(block_on(access.explain(&part)).decision.is_allow());
            }
            let access = LOCAL.bind(&session, &part, &part).with_context(&part);
            assert!(access.check_local(&part).is_allow());
            // Each part is described once by a bound gate, but for the resource, which each call describes.
            lost += if part == Part::Resource { 3 * 4 } else { 4 } + 1;
        }
        recorder.flush(PATIENCE).unwrap();
        assert_eq!(recorder.dropped(), lost);
        assert_eq!(records.try_iter().count() as u64 + lost, 4 * (3 * 4 + 1));
    });
}

/// An observer runs code that the decision did not need, or runs it again: that code may panic with
/// anything.
#[test]
fn a_policy_that_panics_while_observed_changes_no_decision() {
    contained(|| {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        /// Panics in its second run.
        #[policy(forbid)]
        async fn once(_: &Part) -> bool {
            if RUNS.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                panic_any(Bomb);
            }
            false
        }
        #[policy]
        fn bomb(_: &Part) -> bool {
            *NONE != Part::None || explode()
        }
        static GATE: Gate<Things, (once, everybody, bomb)> = Gate::new();

        let (recorder, reactions, records) = controlled();
        drop(reactions);
        let session = session().with_recorder(&recorder.clone().with_facts());
        let access = GATE.bind(&session, NONE, NONE).with_context(NONE);
        for _ in 0..3 {
            assert!(block_on(access.check(NONE)).is_allow());
        }
        recorder.flush(PATIENCE).unwrap();
        let records: Vec<_> = records.try_iter().collect();
        assert!(records.iter().all(|it| it.decision.is_allow() && it.facts.is_empty()));
        assert_eq!(records.len(), 3);
        let silent = self::session();
        let access = GATE.bind(&silent, NONE, NONE).with_context(NONE);
        assert!(block_on(access.explain(NONE)).decision.is_allow());
    });
}

#[test]
fn a_debug_that_panics_with_a_panicking_payload_is_named() {
    contained(|| {
        #[policy]
        async fn odd(_: &Part) -> bool {
            Odd(Unspeakable).await.is_some()
        }
        static GATE: Gate<Things, odd> = Gate::new();

        let (recorder, reactions, records) = controlled();
        drop(reactions);
        let session = session().with_recorder(&recorder.clone().with_facts());
        let access = GATE.bind(&session, NONE, NONE).with_context(NONE);
        let explanation = block_on(access.explain(NONE));
        assert!(explanation.decision.is_allow());
        let fact = &explanation.policies[0].conditions[0].facts[0];
        recorder.flush(PATIENCE).unwrap();
        let record = records.recv().unwrap();
        for read in [fact, &record.facts[0].read] {
            assert_eq!(read.key, "<its Debug panicked>");
            assert_eq!(read.found, FactFound::Value("<its Debug panicked>".into()));
        }
    });
}

/// An observer has keys of its own, which the check did not register.
#[test]
fn a_key_that_panics_when_an_observer_drops_it_changes_nothing() {
    contained(|| {
        #[policy]
        async fn watched(_: &Part) -> bool {
            !Observed(Mined(false)).await
        }
        static GATE: Gate<Things, watched> = Gate::new();

        let (recorder, reactions, records) = controlled();
        drop(reactions);
        let session = session().with_recorder(&recorder.clone().with_facts());
        let access = GATE.bind(&session, NONE, NONE).with_context(NONE);
        // A loaded fact, a cached one, and a page.
        assert!(block_on(access.check(NONE)).is_allow());
        assert!(block_on(access.check(NONE)).is_allow());
        assert!(block_on(access.check_all([NONE; 3])).iter().all(Decision::is_allow));
        assert_eq!(BOMBS.get(), 3);
        assert!(block_on(access.explain(NONE)).decision.is_allow());
        assert_eq!(BOMBS.get(), 5, "one for the record, and one for the explanation");
        recorder.flush(PATIENCE).unwrap();
        let records: Vec<_> = records.try_iter().collect();
        assert_eq!(records.len(), 6);
        assert!(records.iter().all(|it| it.facts[0].read.key == "Observed { part: mined }"));
    });
}

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static RUNS: Cell<usize> = const { Cell::new(0) };
    static WORKED_OUT: Cell<usize> = const { Cell::new(0) };
}

/// A value whose clone is a bomb, once the test wants it.
#[derive(Debug)]
pub struct Made(bool);

impl Clone for Made {
    fn clone(&self) -> Self {
        Self(ARMED.get())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if self.0 {
            BOMBS.set(BOMBS.get() + 1);
            panic_any(Bomb);
        }
    }
}

/// Its third clone is a bomb: after those for the decision and for the explanation, the one that shows the
/// body.
fn third() -> Made {
    WORKED_OUT.set(WORKED_OUT.get() + 1);
    Made(WORKED_OUT.get() == 3)
}

/// Values that an explanation computes are dropped by it.
#[test]
fn a_value_that_panics_when_an_explanation_drops_it_changes_nothing() {
    contained(|| {
        fact! {
            pub Worth(user: u32) -> Made {
                third()
            }
        }
        #[policy]
        async fn made(_: &Part) -> bool {
            !Worth(7).await.0
        }
        /// Runs for the decision, and again while observed: from then on, clones are bombs.
        #[policy(forbid)]
        fn arming(_: &Part) -> bool {
            ARMED.set(RUNS.replace(RUNS.get() + 1) > 0);
            *NONE != Part::None
        }
        static GATE: Gate<Things, (arming, made)> = Gate::new();

        let session = session();
        let access = GATE.bind(&session, NONE, NONE).with_context(NONE);
        let explanation = block_on(access.explain(NONE));
        assert!(explanation.decision.is_allow());
        assert_eq!(explanation.policies[1].outcome, PolicyOutcome::Applies);
        // One is the value of the fact, and one the result of its body.
        assert_eq!((RUNS.get(), BOMBS.get()), (2, 2));
    });
}

/// Panics when it counts dropped records.
struct NoDrops;

impl metrics::CounterFn for NoDrops {
    fn increment(&self, _: u64) {
        panic_any(Bomb);
    }

    fn absolute(&self, _: u64) {}
}

impl metrics::Recorder for NoDrops {
    fn describe_counter(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn describe_gauge(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn describe_histogram(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        if key.name().contains("dropped") {
            return metrics::Counter::from_arc(Arc::new(Self));
        }
        metrics::Counter::noop()
    }

    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::noop()
    }

    fn register_histogram(
        &self,
        _: &metrics::Key,
        _: &metrics::Metadata<'_>,
    ) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

#[test]
fn metrics_that_panic_at_dropped_records_change_no_decision() {
    contained(|| {
        let (records, _receiver) = channel();
        let (_moods, next) = channel();
        let recorder =
            Recorder::with_capacity(ControlledSink { reactions: next, records }, 0).unwrap();
        let session = session().with_recorder(&recorder);
        let access = LOCAL.bind(&session, NONE, NONE).with_context(NONE);
        metrics::with_local_recorder(&NoDrops, || {
            assert!(access.check_local(NONE).is_allow());
            assert!(block_on(access.check_all([NONE; 3])).iter().all(Decision::is_allow));
        });
        assert_eq!(recorder.dropped(), 4);
    });
}
