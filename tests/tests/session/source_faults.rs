//! Sources and types that misbehave, in permits and forbids, alone, in batches and joined.

use std::hash::{Hash, Hasher};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use gatehouse::limit::Timeout;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::soon;

fact! {
    /// Loaded by the faulty source.
    pub Faulty(id: u32) -> bool = false;
    /// Loaded by a sound source.
    pub Sound(id: u32) -> bool = false;
    /// A missing one is a failure.
    #[required]
    pub Required(id: u32) -> bool;
}

/// The fault of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// Before the load's future is made.
    PanicsAtOnce,
    /// After its first await.
    PanicsLater,
    /// When the future is dropped.
    PanicsInDrop,
    NeverAnswers,
    Errs,
    /// An error for every key.
    FailsEachKey,
    /// Only a key that was not requested.
    AnswersForeignKeys,
    /// Only a failure of such a key.
    FailsForeignKeys,
    /// Such a key, and every requested key.
    AnswersForeignKeysToo,
    /// Only such a key, and declares it.
    AnswersMoreThanAsked,
    /// The same key twice, the first time with the wrong value.
    AnswersTwice,
    Omits,
}

struct PanicOnDrop;

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "dropped");
    }
}

struct Source {
    fault: Fault,
    calls: AtomicUsize,
}

impl Source {
    fn new(fault: Fault) -> Self {
        Self { fault, calls: AtomicUsize::new(0) }
    }
}

impl FactSource<Faulty> for Source {
    fn load(
        &self,
        keys: &[Faulty],
    ) -> impl Future<Output = Result<Loaded<Faulty>, FactError>> + Send {
        self.calls.fetch_add(1, Ordering::Relaxed);
        assert_ne!(self.fault, Fault::PanicsAtOnce, "a source panics at once");
        let (fault, keys) = (self.fault, keys.to_vec());
        async move {
            tokio::task::yield_now().await;
            let right = || keys.iter().map(|key| (key.clone(), true));
            let foreign = (Faulty(999), true);
            match fault {
                Fault::PanicsLater => panic!("a source panics later"),
                Fault::NeverAnswers => std::future::pending().await,
                Fault::Errs => Err(FactError::new("the database is gone")),
                Fault::FailsEachKey => {
                    let mut loaded = Loaded::new();
                    for key in keys {
                        loaded.fail(key, FactError::safe("not today"));
                    }
                    Ok(loaded)
                }
                Fault::AnswersForeignKeys => Ok([foreign].into_iter().collect()),
                Fault::FailsForeignKeys => {
                    let mut loaded = Loaded::new();
                    loaded.fail(foreign.0, FactError::safe("not today"));
                    Ok(loaded)
                }
                Fault::AnswersForeignKeysToo => Ok([foreign].into_iter().chain(right()).collect()),
                Fault::AnswersMoreThanAsked => {
                    Ok([foreign].into_iter().collect::<Loaded<_>>().more_than_asked())
                }
                Fault::AnswersTwice => {
                    let wrong = keys.iter().map(|key| (key.clone(), false));
                    Ok(wrong.chain(right()).collect())
                }
                Fault::Omits => Ok(Loaded::new()),
                Fault::PanicsInDrop => {
                    let _bomb = PanicOnDrop;
                    tokio::task::yield_now().await;
                    Ok(right().collect())
                }
                Fault::None | Fault::PanicsAtOnce => Ok(right().collect()),
            }
        }
    }
}

struct Well;

impl FactSource<Sound> for Well {
    async fn load(&self, keys: &[Sound]) -> Result<Loaded<Sound>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Required> for Well {
    async fn load(&self, _: &[Required]) -> Result<Loaded<Required>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Faulty)]
    source: Arc<Source>,
    #[loads(Sound, Required)]
    well: Well,
}

#[policy]
async fn permits(_: _, thing: &u32) -> bool {
    Faulty(*thing).await
}

#[policy(forbid)]
async fn forbids(_: _, thing: &u32) -> bool {
    Faulty(*thing).await
}

#[policy]
async fn sound(_: _, thing: &u32) -> bool {
    Sound(*thing).await
}

#[policy]
async fn required(_: _, thing: &u32) -> bool {
    Required(*thing).await.is_none_or(|value| !value)
}

static PERMIT: Gate<Things, permits> = Gate::new();
static FORBID: Gate<Things, (forbids, sound)> = Gate::new();
static SOUND: Gate<Things, sound> = Gate::new();
static EITHER: Gate<Things, (permits, sound)> = Gate::new();

/// The decision of a permit, and of a forbid beside a permit that applies.
const TABLE: [(Fault, &str, &str); 13] = [
    (Fault::None, "allow", "deny"),
    (Fault::PanicsAtOnce, "indeterminate", "indeterminate"),
    (Fault::PanicsLater, "indeterminate", "indeterminate"),
    (Fault::PanicsInDrop, "indeterminate", "indeterminate"),
    (Fault::NeverAnswers, "indeterminate", "indeterminate"),
    (Fault::Errs, "indeterminate", "indeterminate"),
    (Fault::FailsEachKey, "indeterminate", "indeterminate"),
    // An omitted key may be there under another spelling.
    (Fault::AnswersForeignKeys, "indeterminate", "indeterminate"),
    (Fault::FailsForeignKeys, "indeterminate", "indeterminate"),
    (Fault::AnswersForeignKeysToo, "allow", "deny"),
    // Omitted keys are missing, and have their default.
    (Fault::AnswersMoreThanAsked, "deny", "allow"),
    (Fault::Omits, "deny", "allow"),
    (Fault::AnswersTwice, "allow", "deny"),
];

fn session(fault: Fault) -> (Arc<Source>, Session<Facts>) {
    let source = Arc::new(Source::new(fault));
    let facts = Facts { source: source.clone(), well: Well };
    let session = Session::new(facts).with_deadline(tokio::time::sleep(Duration::from_secs(5)));
    (source, session)
}

/// Guarantee 9: no failure becomes an allow or a hang; other facts and later requests are not affected.
#[tokio::test(start_paused = true)]
async fn faulty_sources_are_indeterminate() {
    for (fault, permit, forbid) in TABLE {
        // Alone, one resource.
        let (_, session) = self::session(fault);
        let access = PERMIT.bind(&session, &(), &());
        assert_eq!(soon(access.check(&1)).await.as_str(), permit, "{fault:?}");
        let (_, session) = self::session(fault);
        let access = FORBID.bind(&session, &(), &());
        assert_eq!(soon(access.check(&1)).await.as_str(), forbid, "{fault:?}");
        // A batch.
        let (_, session) = self::session(fault);
        let batch = soon(FORBID.bind(&session, &(), &()).check_all([1_u32, 2, 1])).await;
        assert!(batch.iter().all(|decision| decision.as_str() == forbid), "{fault:?}");
        // Joined: others wait for the same keys.
        let (source, session) = self::session(fault);
        let access = PERMIT.bind(&session, &(), &());
        let joined = soon(join_all([1, 1, 2].iter().map(|id| access.check(id)))).await;
        assert!(joined.iter().all(|decision| decision.as_str() == permit), "{fault:?}");
        assert!(source.calls.load(Ordering::Relaxed) <= 2, "{fault:?}");
        // Another fact on the same session, before its deadline.
        if fault != Fault::NeverAnswers {
            let decision = soon(SOUND.bind(&session, &(), &()).check(&1)).await;
            assert!(decision.is_allow(), "{fault:?}: {decision}");
        }
        // The same sources, another request.
        let (_, later) = self::session(Fault::None);
        assert!(soon(PERMIT.bind(&later, &(), &()).check(&1)).await.is_allow());
    }
}

/// Guarantees 3 and 9: waiters of several tasks all end.
#[tokio::test(start_paused = true)]
async fn a_fault_reaches_every_waiting_task() {
    for (fault, permit, _) in TABLE {
        let (_, session) = self::session(fault);
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { PERMIT.bind(&session, &(), &()).check(&1).await })
            })
            .collect();
        for task in tasks {
            let decision = soon(task).await.expect("no task panics");
            assert_eq!(decision.as_str(), permit, "{fault:?}");
        }
    }
}

/// Guarantee 9: `#[required]` makes a missing value a failure.
#[tokio::test]
async fn a_required_fact_that_is_missing_fails() {
    static GATE: Gate<Things, required> = Gate::new();
    let session = Session::new(Facts { source: Arc::new(Source::new(Fault::None)), well: Well });
    let decision = GATE.bind(&session, &(), &()).check(&1).await;
    let text = "indeterminate: `required` could not be decided: `Required`: it is required, and its \
                source has no value for it";
    assert_eq!(decision.to_string(), text);
}

/// Guarantees 9 and 10: a failure is cached for the session, and forgotten by `refresh`.
#[tokio::test(start_paused = true)]
async fn a_failed_load_is_retried_after_a_refresh() {
    struct ErrsOnce(AtomicUsize);
    impl FactSource<Sound> for ErrsOnce {
        async fn load(&self, keys: &[Sound]) -> Result<Loaded<Sound>, FactError> {
            if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err(FactError::new("once"));
            }
            Ok(keys.iter().map(|key| (key.clone(), true)).collect())
        }
    }
    #[derive(Sources)]
    struct Once {
        #[loads(Sound)]
        source: Arc<ErrsOnce>,
    }
    let source = Arc::new(ErrsOnce(AtomicUsize::new(0)));
    let session = Session::new(Once { source: source.clone() });
    let access = SOUND.bind(&session, &(), &());
    assert!(access.check(&1).await.is_indeterminate());
    assert!(access.check(&1).await.is_indeterminate());
    assert_eq!(source.0.load(Ordering::Relaxed), 1);
    session.refresh().unwrap();
    assert!(access.check(&1).await.is_allow());
}

/// Guarantee 7: while a load is in flight, there is no refresh.
#[tokio::test(start_paused = true)]
async fn no_refresh_while_a_load_is_in_flight() {
    let (_, session) = self::session(Fault::NeverAnswers);
    let access = PERMIT.bind(&session, &(), &());
    let mut check = Box::pin(access.check(&1));
    assert!(futures::poll!(check.as_mut()).is_pending());
    assert!(session.refresh().is_err());
    drop(check);
    assert!(session.refresh().is_ok());
}

/// A key that panics in the trait of this name.
#[derive(Debug)]
pub struct Trap {
    id: u32,
    panics_in: &'static str,
}

impl Clone for Trap {
    fn clone(&self) -> Self {
        assert_ne!(self.panics_in, "clone");
        Self { ..*self }
    }
}

impl PartialEq for Trap {
    fn eq(&self, other: &Self) -> bool {
        assert_ne!(self.panics_in, "eq");
        self.id == other.id
    }
}

impl Eq for Trap {}

impl Hash for Trap {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert_ne!(self.panics_in, "hash");
        self.id.hash(state);
    }
}

fact! {
    /// A key, and a value, that may panic.
    pub Trapped(trap: Trap) -> Trap;
}

struct Traps;

impl FactSource<Trapped> for Traps {
    async fn load(&self, keys: &[Trapped]) -> Result<Loaded<Trapped>, FactError> {
        let value = |id| Trap { id, panics_in: if id == 7 { "clone" } else { "" } };
        Ok(keys.iter().map(|key| (key.clone(), value(key.trap.id))).collect())
    }
}

#[derive(Sources)]
struct TrapFacts {
    #[loads(Trapped)]
    traps: Traps,
    #[loads(Sound)]
    well: Well,
}

struct TrapThings;
impl Domain for TrapThings {
    type Subject = ();
    type Action = ();
    type Resource = (u32, &'static str);
    type Context = ();
}

#[policy]
async fn trapped(_: _, thing: &(u32, &'static str)) -> bool {
    Trapped(Trap { id: thing.0, panics_in: thing.1 }).await?.id == thing.0
}

/// Guarantee 9: a key or a value that panics affects its own task only: the session keeps working, for the
/// same fact too.
#[tokio::test(start_paused = true)]
async fn types_that_panic_poison_nothing() {
    static GATE: Gate<TrapThings, trapped> = Gate::new();
    for bad in [(1, "hash"), (1, "clone"), (7, "")] {
        let session = Session::new(TrapFacts { traps: Traps, well: Well });
        let access = GATE.bind(&session, &(), &());
        let caught = soon(AssertUnwindSafe(access.check(&bad)).catch_unwind()).await;
        assert!(!caught.is_ok_and(|decision| decision.is_allow()), "{bad:?}");
        assert!(soon(access.check(&(2, ""))).await.is_allow(), "after {bad:?}");
        let sound = SOUND.bind(&session, &(), &());
        assert!(soon(sound.check(&2)).await.is_allow(), "after {bad:?}");
        // Other waiters of the same key are answered.
        let tasks: Vec<_> = [bad, (3, ""), (3, "")]
            .map(|thing| {
                let session = session.clone();
                tokio::spawn(
                    async move { GATE.bind(&session, &(), &()).check(&thing).await.is_allow() },
                )
            })
            .into();
        let ended: Vec<_> = soon(join_all(tasks)).await;
        assert!(ended[1..].iter().all(|task| *task.as_ref().unwrap()), "beside {bad:?}");
    }
}

/// Guarantee 9: an equality that panics when two keys are compared.
#[tokio::test(start_paused = true)]
async fn equality_that_panics_poisons_nothing() {
    static GATE: Gate<TrapThings, trapped> = Gate::new();
    let session = Session::new(TrapFacts { traps: Traps, well: Well });
    let access = GATE.bind(&session, &(), &());
    assert!(soon(access.check(&(1, ""))).await.is_allow());
    let caught = soon(AssertUnwindSafe(access.check(&(1, "eq"))).catch_unwind()).await;
    assert!(!caught.is_ok_and(|decision| decision.is_allow()));
    assert!(soon(access.check(&(1, ""))).await.is_allow());
    assert!(soon(access.check(&(2, ""))).await.is_allow());
}

/// Guarantee 9: a source with a timeout of its own fails alone.
#[tokio::test(start_paused = true)]
async fn a_timeout_fails_only_its_source() {
    #[derive(Sources)]
    struct Limited {
        #[loads(Faulty)]
        source: Timeout<Arc<Source>>,
        #[loads(Sound)]
        well: Well,
    }
    let source = Arc::new(Source::new(Fault::NeverAnswers));
    let source = Timeout::new(source, Duration::from_millis(20), tokio::time::sleep);
    let session = Session::new(Limited { source, well: Well });
    assert!(soon(EITHER.bind(&session, &(), &()).check(&1)).await.is_allow());
    let decision = soon(PERMIT.bind(&session, &(), &()).check(&1)).await;
    assert!(decision.to_string().ends_with("`Faulty`: its source took longer than 20ms"));
}
