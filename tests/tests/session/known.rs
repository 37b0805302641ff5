//! Facts that a session is told, and facts that it is asked for beside its rules.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join;
use futures::{FutureExt, poll};
use gatehouse::error::AlreadyKnown;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::{Answer, Held, Scripted};

fact! {
    pub Open(id: u32) -> bool = false;
    pub Seats(id: u32) -> u32;
    #[required]
    pub Owner(id: u32) -> u32;
}

#[derive(Sources)]
struct Facts {
    #[loads(Open)]
    open: Arc<Held<Arc<Scripted<Open>>>>,
    #[loads(Seats)]
    seats: Arc<Scripted<Seats>>,
    #[loads(Owner)]
    owner: Scripted<Owner>,
}

#[policy]
async fn open(_: _, thing: &u32) -> bool {
    Open(*thing).await
}

#[policy]
async fn owned(_: _, thing: &u32) -> bool {
    Owner(*thing).await == Some(1)
}

static OPEN: Gate<Things, open> = Gate::new();
static OWNED: Gate<Things, owned> = Gate::new();

/// The sources, a session on them, and how to look at each.
struct Setup {
    held: Arc<Held<Arc<Scripted<Open>>>>,
    open: Arc<Scripted<Open>>,
    seats: Arc<Scripted<Seats>>,
    session: Session<Facts>,
}

/// Nothing is open; things 1 to 9 have seats; a load of the number 0 fails; nobody owns anything.
fn setup() -> Setup {
    let open = Arc::new(Scripted::always(false));
    let held = Arc::new(Held::new(open.clone()));
    let seats = Arc::new(Scripted::new(|key: &Seats| match key.id {
        0 => Answer::Failure,
        id if id < 10 => Answer::Value(id),
        _ => Answer::Missing,
    }));
    let facts = Facts { open: held.clone(), seats: seats.clone(), owner: Scripted::missing() };
    Setup { held, open, seats, session: Session::new(facts) }
}

/// Guarantee 10: a source never sees a key that the session was told.
#[tokio::test]
async fn what_is_told_is_not_loaded() {
    let Setup { held, session, .. } = setup();
    session.know(Open(1), true).unwrap();
    assert!(OPEN.bind(&session, &(), &()).check(&1).await.is_allow());
    assert!(session.fact(Open(1)).await.unwrap());
    assert!(OPEN.bind(&session.clone(), &(), &()).check(&1).await.is_allow());
    assert_eq!(held.calls(), 0);
}

/// Only the keys that were not told are in the call of the round.
#[tokio::test]
async fn a_round_loads_the_rest() {
    let Setup { held, open, session, .. } = setup();
    held.release(1);
    session.know(Open(2), true).unwrap();
    let decisions = OPEN.bind(&session, &(), &()).check_all(&[1, 2, 3]).await;
    let allowed: Vec<_> = decisions.iter().map(Decision::is_allow).collect();
    assert_eq!(allowed, [false, true, false]);
    assert_eq!(open.calls(), [[Open(1), Open(3)]]);
}

/// What is known stays: values, missing keys and failures.
#[tokio::test]
async fn what_is_known_is_not_told() {
    let Setup { session, seats, .. } = setup();
    assert!(session.fact(Seats(0)).await.is_err());
    assert_eq!(session.fact(Seats(1)).await.unwrap(), Some(1));
    assert_eq!(session.fact(Seats(10)).await.unwrap(), None);
    session.know(Seats(2), 20).unwrap();
    for id in [0, 1, 2, 10] {
        assert_eq!(session.know(Seats(id), 99), Err(AlreadyKnown));
    }
    assert!(session.fact(Seats(0)).await.is_err());
    assert_eq!(session.fact(Seats(1)).await.unwrap(), Some(1));
    assert_eq!(session.fact(Seats(2)).await.unwrap(), Some(20));
    assert_eq!(session.fact(Seats(10)).await.unwrap(), None);
    assert_eq!(seats.calls().concat(), [Seats(0), Seats(1), Seats(10)]);
}

/// What is being loaded is not told; what nobody waits for any more is.
#[tokio::test]
async fn what_is_being_loaded_is_not_told() {
    let Setup { held, session, .. } = setup();
    let bound = OPEN.bind(&session, &(), &());
    let mut check = Box::pin(bound.check(&1));
    assert!(poll!(&mut check).is_pending());
    assert_eq!((held.calls(), session.know(Open(1), true)), (1, Err(AlreadyKnown)));
    held.release(1);
    assert!(check.await.is_deny());

    let other = 2;
    let mut dropped = Box::pin(bound.check(&other));
    assert!(poll!(&mut dropped).is_pending());
    drop(dropped);
    session.know(Open(2), true).unwrap();
    assert!(bound.check(&2).await.is_allow());
    assert_eq!(held.calls(), 2);
}

/// A value that is told is present: for a fact that is required, and for a default.
#[tokio::test]
async fn what_is_told_is_present() {
    let Setup { session, .. } = setup();
    assert!(session.fact(Owner(2)).await.is_err());
    session.know(Owner(1), 1).unwrap();
    let bound = OWNED.bind(&session, &(), &());
    assert!(bound.check(&1).await.is_allow());
    assert!(bound.check(&2).await.is_indeterminate());
}

/// What was told goes with what was loaded.
#[tokio::test]
async fn a_refresh_forgets_what_was_told() {
    let Setup { held, session, .. } = setup();
    held.release(1);
    session.know(Open(1), true).unwrap();
    session.refresh().unwrap();
    assert!(!session.fact(Open(1)).await.unwrap());
    assert_eq!(session.know(Open(1), true), Err(AlreadyKnown));
}

/// An explanation shows it as it shows what was loaded.
#[tokio::test]
async fn an_explanation_shows_what_was_told() {
    let Setup { held, session, .. } = setup();
    let told = setup().session;
    held.release(1);
    told.know(Open(1), false).unwrap();
    let loaded = OPEN.bind(&session, &(), &()).explain(&1).await.to_string();
    assert_eq!(OPEN.bind(&told, &(), &()).explain(&1).await.to_string(), loaded);
    assert_eq!(held.calls(), 1);
}

/// Guarantee 10: a page reads many keys that were told, and loads none.
#[tokio::test]
async fn many_keys_are_told() {
    let Setup { held, session, .. } = setup();
    let things: Vec<_> = (0..20_000).collect();
    for thing in &things {
        session.know(Open(*thing), thing % 2 == 0).unwrap();
    }
    let decisions = OPEN.bind(&session, &(), &()).check_all(&things).await;
    assert!(decisions.iter().zip(&things).all(|(it, thing)| it.is_allow() == (thing % 2 == 0)));
    assert_eq!(held.calls(), 0);
}

/// Facts that are asked for at the same time, and the keys of a check, are one call.
#[tokio::test]
async fn facts_join_the_batches_of_others() {
    let Setup { held, open, session, .. } = setup();
    held.release(1);
    let bound = OPEN.bind(&session, &(), &());
    let ((one, two), decision) =
        join(join(session.fact(Open(1)), session.fact(Open(2))), bound.check(&3)).await;
    assert_eq!((one.unwrap(), two.unwrap(), decision.is_deny()), (false, false, true));
    assert_eq!(open.calls(), [[Open(1), Open(2), Open(3)]]);
}

/// A fact that nobody waits for any more counts as never asked for.
#[tokio::test]
async fn a_fact_is_cancelled() {
    let Setup { held, session, .. } = setup();
    let mut fact = session.fact(Open(1)).boxed();
    assert!(poll!(&mut fact).is_pending());
    assert!(session.refresh().is_err());
    drop(fact);
    session.refresh().unwrap();
    held.release(2);
    assert!(!session.fact(Open(1)).await.unwrap());
}

/// Guarantee 9: a fact fails at the deadline; one that is known does not.
#[tokio::test(start_paused = true)]
async fn a_fact_fails_at_the_deadline() {
    let Setup { session, seats, .. } = setup();
    let session = session.with_deadline(tokio::time::sleep(Duration::from_secs(1)));
    session.know(Seats(2), 20).unwrap();
    let error = session.fact(Open(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "`Open`: the session's deadline passed");
    assert!(session.fact(Seats(1)).await.is_err());
    assert_eq!(session.fact(Seats(2)).await.unwrap(), Some(20));
    assert!(seats.calls().is_empty());
}
