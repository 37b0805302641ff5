//! Facts that a session is told, and facts that it is asked for beside its rules.

use std::future::{pending, ready};
use std::sync::Arc;

use futures::future::join;
use gatehouse::error::AlreadyKnown;
use gatehouse::prelude::*;
use gatehouse::testing::{FactTable, Never, assert_loads};
use gatehouse_tests::domains::Things;
use gatehouse_tests::executor::{Count, CountingExecutor, Counts, assert_linear, counted};
use gatehouse_tests::facts::Flag;
use gatehouse_tests::{Held, Scripted};

fact! {
    /// The owner of a thing.
    pub Owner(id: u32) -> u32;
    /// How many seats a thing has.
    pub Seats(id: u32) -> u32 = 5;
    /// It has no default, and must be there.
    #[required]
    pub Size(id: u32) -> u32;
    /// Its value is in no output.
    #[sensitive]
    pub Secret(id: u32) -> String;
}

#[policy]
async fn flagged(_: _, thing: &u32) -> bool {
    Flag(*thing).await
}

#[policy]
async fn owned(_: _, thing: &u32) -> bool {
    Owner(*thing).await? == 7
}

#[policy]
async fn sized(_: _, thing: &u32) -> bool {
    Size(*thing).await? == 3
}

#[policy]
async fn secret(_: _, thing: &u32) -> bool {
    Secret(*thing).await?.len() == 9
}

static FLAGGED: Gate<Things, flagged> = Gate::new();
static OWNED: Gate<Things, owned> = Gate::new();
static SIZED: Gate<Things, sized> = Gate::new();
static SECRET: Gate<Things, secret> = Gate::new();

#[derive(Sources)]
struct HeldFacts {
    #[loads(Flag)]
    source: Arc<Held<Scripted<Flag>>>,
}

/// Sources that never answer.
#[derive(Sources)]
struct Silent {
    #[loads(Flag)]
    source: Never,
}

/// A session whose loads wait until they are released.
fn held() -> (Arc<Held<Scripted<Flag>>>, Session<HeldFacts>) {
    let source = Arc::new(Held::new(Scripted::always(true)));
    (Arc::clone(&source), Session::new(HeldFacts { source }))
}

fn table() -> (Arc<FactTable>, Session<FactTable>) {
    let table = Arc::new(FactTable::new());
    (Arc::clone(&table), Session::new(table))
}

/// Guarantee 10: no source is asked for what the session was told.
#[tokio::test]
async fn a_key_that_was_told_is_not_loaded() {
    let (table, session) = table();
    session.know(Flag(1), true).unwrap();
    let access = FLAGGED.bind(&session, &(), &());
    assert!(access.check(&1).await.is_allow());
    assert!(session.clone().fact(Flag(1)).await.unwrap());
    assert_loads!(table);
}

/// Guarantee 10: told and loaded keys in one page; the source is asked for the others, by one call.
#[tokio::test]
async fn a_page_loads_the_keys_that_were_not_told() {
    let (table, session) = table();
    table.set(Flag(2), true);
    session.know(Flag(1), true).unwrap();
    session.know(Flag(3), true).unwrap();
    let decisions = FLAGGED.bind(&session, &(), &()).check_all([1, 2, 3, 4]).await;
    let allowed: Vec<bool> = decisions.iter().map(Decision::is_allow).collect();
    assert_eq!(allowed, [true, true, true, false]);
    assert_eq!(table.calls::<Flag>(), [[Flag(2), Flag(4)]]);
}

/// What is told first stays: loaded, missing, failed and told keys are known.
#[tokio::test]
async fn a_known_key_cannot_be_told() {
    let table = Arc::new(
        FactTable::new()
            .with(Owner(1), 7)
            .failing(Owner(3), FactError::safe("the database is down")),
    );
    let session = Session::new(Arc::clone(&table));
    let access = OWNED.bind(&session, &(), &());
    let first = access.check_all([1, 2, 3]).await;
    session.know(Owner(4), 7).unwrap();
    for id in 1..=4 {
        assert_eq!(session.know(Owner(id), 8), Err(AlreadyKnown), "{id}");
    }
    let second = access.check_all([1, 2, 3, 4]).await;
    let words: Vec<_> = second.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["allow", "deny", "indeterminate", "allow"]);
    assert!(first.iter().zip(&second).all(|(first, second)| first.as_str() == second.as_str()));
    assert_eq!(table.calls::<Owner>().len(), 1);
}

/// A key in flight belongs to its load, begun or not, and the load is not disturbed.
#[tokio::test]
async fn a_key_in_flight_cannot_be_told() {
    let (source, session) = held();
    let other = session.clone();
    let access = FLAGGED.bind(&other, &(), &());
    let mut check = Box::pin(access.check(&1));
    for calls in [0, 1] {
        assert!(futures::poll!(check.as_mut()).is_pending());
        assert_eq!(source.calls(), calls);
        assert_eq!(session.know(Flag(1), false), Err(AlreadyKnown));
    }
    source.release(1);
    assert!(check.await.is_allow());
    assert_eq!(source.calls(), 1);
}

/// Guarantee 3: a load that was given up leaves nothing behind, so its key can be told.
#[tokio::test]
async fn a_key_whose_load_was_given_up_can_be_told() {
    let (source, session) = held();
    let access = FLAGGED.bind(&session, &(), &());
    for polls in 1..=2 {
        let mut page = Box::pin(access.check_all([1, 2]));
        for _ in 0..polls {
            assert!(futures::poll!(page.as_mut()).is_pending());
        }
    }
    session.know(Flag(1), false).unwrap();
    source.release(9);
    let decisions = access.check_all([1, 2]).await;
    assert!(decisions[0].is_deny() && decisions[1].is_allow());
}

/// Each told key is a batch of its own: telling many, and a page that reads them, cost as many steps.
#[test]
fn many_told_keys_are_linear() {
    assert_linear("told keys", 2_500, |size| {
        let size = u32::try_from(size).unwrap();
        let (table, session) = table();
        for id in 0..size {
            session.know(Flag(id), true).unwrap();
        }
        let access = FLAGGED.bind(&session, &(), &());
        let (mut executor, loads) = (CountingExecutor::default(), Count::default());
        executor.spawn(counted(loads.clone(), async {
            let decisions = access.check_all(0..size).await;
            assert!(decisions.iter().all(Decision::is_allow));
        }));
        executor.run();
        assert!(executor.is_done(0));
        assert_loads!(table);
        Counts::of(&executor, &loads)
    });
}

/// A refresh forgets what the session was told, with everything else.
#[tokio::test]
async fn a_refresh_forgets_what_was_told() {
    let (table, session) = table();
    session.know(Flag(1), true).unwrap();
    session.refresh().unwrap();
    assert!(!session.fact(Flag(1)).await.unwrap());
    assert_eq!(table.calls::<Flag>(), [[Flag(1)]]);
    session.replace_sources(FactTable::new()).unwrap();
    session.know(Flag(1), true).unwrap();
    assert!(session.fact(Flag(1)).await.unwrap());
}

/// A told value is a value: no default takes its place, and what is required is there.
#[tokio::test]
async fn a_told_value_is_a_value() {
    let (table, session) = table();
    session.know(Seats(1), 9).unwrap();
    session.know(Size(1), 3).unwrap();
    session.know(Owner(1), 7).unwrap();
    assert_eq!(session.fact(Seats(1)).await.unwrap(), 9);
    assert_eq!(session.fact(Owner(1)).await.unwrap(), Some(7));
    assert!(SIZED.bind(&session, &(), &()).check(&1).await.is_allow());
    assert!(SIZED.bind(&session, &(), &()).check(&2).await.is_indeterminate());
    assert_eq!(table.calls::<Size>(), [[Size(2)]]);
}

/// After the deadline nothing is loaded, but the session can be told.
#[tokio::test]
async fn a_session_can_be_told_after_its_deadline() {
    let session = Session::new(Silent { source: Never }).with_deadline(ready(()));
    let access = FLAGGED.bind(&session, &(), &());
    assert!(access.check(&1).await.is_indeterminate());
    session.know(Flag(1), true).unwrap();
    assert!(access.check(&1).await.is_allow());
    assert!(access.check(&2).await.is_indeterminate());
}

/// An explanation shows what the session was told as it shows what was loaded.
#[tokio::test]
async fn an_explanation_shows_a_told_value() {
    let (_, session) = table();
    session.know(Owner(1), 8).unwrap();
    let told = OWNED.bind(&session, &(), &()).explain(&1).await.to_string();
    let loaded = Session::new(FactTable::new().with(Owner(1), 8));
    let loaded = OWNED.bind(&loaded, &(), &()).explain(&1).await.to_string();
    assert!(told.contains('8'), "{told}");
    assert_eq!(told, loaded);
    session.know(Secret(1), "swordfish".to_owned()).unwrap();
    let explanation = SECRET.bind(&session, &(), &()).explain(&1).await.to_string();
    assert!(explanation.contains("is not shown") && !explanation.contains("fish"), "{explanation}");
}

/// Guarantee 10: `fact` loads a key once.
#[tokio::test]
async fn a_fact_is_loaded_once() {
    let (table, session) = table();
    table.set(Flag(1), true);
    for _ in 0..2 {
        assert!(session.fact(Flag(1)).await.unwrap());
    }
    assert!(FLAGGED.bind(&session, &(), &()).check(&1).await.is_allow());
    assert_eq!(table.calls::<Flag>(), [[Flag(1)]]);
}

/// What is asked for side by side is one call: facts, and a check.
#[tokio::test]
async fn facts_join_the_batches_of_their_time() {
    let (table, session) = table();
    let access = FLAGGED.bind(&session, &(), &());
    let (_, _) = join(session.fact(Flag(1)), session.fact(Flag(2))).await;
    let (_, _) = join(session.fact(Flag(3)), access.check_all([3, 4])).await;
    assert_eq!(table.calls::<Flag>(), [[Flag(1), Flag(2)], [Flag(3), Flag(4)]]);
}

/// The value, a missing one, a default, a failure.
#[tokio::test]
async fn a_fact_is_what_a_rule_would_see() {
    let down = || FactError::safe("the database is down");
    let table = FactTable::new().with(Owner(1), 7).failing(Owner(3), down());
    let session = Session::new(table.failing(Seats(3), down()));
    assert_eq!(session.fact(Owner(1)).await.unwrap(), Some(7));
    assert_eq!(session.fact(Owner(2)).await.unwrap(), None);
    assert_eq!(session.fact(Seats(2)).await.unwrap(), 5);
    assert!(session.fact(Size(2)).await.unwrap_err().to_string().contains("required"));
    // No default takes the place of a failure.
    for _ in 0..2 {
        let error = session.fact(Seats(3)).await.unwrap_err();
        assert_eq!(error.to_string(), "`Seats`: the database is down");
        assert!(session.fact(Owner(3)).await.is_err());
    }
}

/// Guarantee 9: the deadline ends what waits for a fact; what is known stays known.
#[tokio::test]
async fn a_fact_ends_at_the_deadline() {
    let session = Session::new(Silent { source: Never });
    session.know(Flag(2), true).unwrap();
    let asked = session.clone();
    let mut waiting = Box::pin(asked.fact(Flag(1)));
    for _ in 0..2 {
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    }
    let session = session.with_deadline(ready(()));
    let error = waiting.await.unwrap_err();
    assert_eq!(error.to_string(), "`Flag`: the session's deadline passed");
    assert!(session.fact(Flag(3)).await.is_err());
    assert!(session.fact(Flag(2)).await.unwrap());
    // Both were given up.
    assert!(session.refresh().is_ok());
}

/// Guarantee 3: a fact that nobody waits for any more can be asked for again.
#[tokio::test]
async fn a_dropped_fact_can_be_asked_for_again() {
    let (source, session) = held();
    let mut asked = Box::pin(session.fact(Flag(1)));
    assert!(futures::poll!(asked.as_mut()).is_pending());
    assert_eq!(source.calls(), 1);
    assert!(session.refresh().is_err());
    drop(asked);
    assert!(session.refresh().is_ok());
    drop(session.fact(Flag(1)));
    source.release(2);
    assert!(session.fact(Flag(1)).await.unwrap());
    assert_eq!(source.calls(), 2);
}

/// Guarantee 8: a fact that is kept and not polled holds up no check, nor the other way round.
#[tokio::test]
async fn a_parked_fact_blocks_nobody() {
    let (source, session) = held();
    let mut parked = Box::pin(session.fact(Flag(1)));
    assert!(futures::poll!(parked.as_mut()).is_pending());
    source.release(1);
    assert!(FLAGGED.bind(&session, &(), &()).check(&1).await.is_allow());
    assert_eq!(source.calls(), 1);
    assert!(parked.await.unwrap());
}

/// Telling and asking agree, whichever comes first.
#[tokio::test]
async fn a_fact_and_what_was_told_agree() {
    let (_, session) = table();
    assert!(!session.fact(Flag(1)).await.unwrap());
    assert_eq!(session.know(Flag(1), true), Err(AlreadyKnown));
    session.know(Flag(2), true).unwrap();
    assert!(session.fact(Flag(2)).await.unwrap());
}

/// Guarantee 5: sources that are replaced before a fact is first polled, or before it is polled again,
/// answer it.
#[tokio::test]
async fn a_fact_comes_from_the_present_sources() {
    let session = Session::new(FactTable::new());
    let first = session.fact(Flag(1));
    session.replace_sources(FactTable::new().with(Flag(1), true)).unwrap();
    assert!(first.await.unwrap());
    // A derived deadline stays as it is.
    let session = session.with_deadline(pending());
    session.replace_sources(FactTable::new()).unwrap();
    assert!(!session.fact(Flag(1)).await.unwrap());
}

/// A source whose session it asks for a fact that is in the same load waits for itself, which fails.
#[tokio::test]
async fn a_source_that_asks_for_its_own_fact_fails() {
    #[derive(Default)]
    struct Asks(std::sync::OnceLock<Session<Asking>>);
    impl FactSource<Flag> for Asks {
        async fn load(&self, keys: &[Flag]) -> Result<Loaded<Flag>, FactError> {
            let flag = self.0.get().expect("a session").fact(keys[0].clone()).await?;
            Ok(keys.iter().map(|key| (key.clone(), flag)).collect())
        }
    }
    #[derive(Sources)]
    struct Asking {
        #[loads(Flag)]
        source: Arc<Asks>,
    }
    let source = Arc::new(Asks::default());
    let session = Session::new(Asking { source: Arc::clone(&source) });
    let _ = source.0.set(session.clone());
    assert!(session.fact(Flag(1)).await.is_err());
}
