//! Loads that check on their own session, or load from their own limiter.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::poll;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;
use gatehouse_tests::{Held, Scripted};

use super::*;

/// The source checks another fact of the limiter on its own session.
#[tokio::test(start_paused = true)]
async fn a_source_checks_on_its_session_while_a_permit_is_left() {
    let db = limited(2);
    let session = session(&db);
    db.get_ref().session.set(session.clone()).expect("it is set once");
    assert!(soon(NESTED.bind(&session, &(), &()).check(&1)).await.is_allow());
    assert_at_rest(&db, 2);
}

/// The other permit is held by a load that only others can drive. Waiters inside a load drive nothing;
/// whoever drives that load does.
#[tokio::test(start_paused = true)]
async fn a_reentrant_source_drives_the_holder_of_the_other_permit() {
    let db = limited(2);
    let session = session(&db);
    db.get_ref().session.set(session.clone()).expect("it is set once");
    let parked = begun(&db, 1).await;
    assert!(soon(NESTED.bind(&session, &(), &()).check(&2)).await.is_allow());
    drop(parked);
    assert_at_rest(&db, 2);
}

/// Waits for its event. For `Nested`, it yields once, and then loads from its own limiter while it holds a
/// permit.
#[derive(Default)]
struct Recursive {
    event: Event,
    limiter: OnceLock<Weak<MaxConcurrent<Recursive>>>,
}

impl FactSource<Plain> for Recursive {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        self.event.over().await;
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Nested> for Recursive {
    async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
        let mut has_permit = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut has_permit, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let limiter = self.limiter.get().and_then(Weak::upgrade).expect("it is there");
        let loaded = limiter.load(&[Plain(1)]).await?;
        Ok(keys.iter().map(|key| (key.clone(), !loaded.is_empty())).collect())
    }
}

fn recursive(limit: usize) -> Arc<MaxConcurrent<Recursive>> {
    let db = Arc::new(MaxConcurrent::new(Recursive::default(), limit));
    assert!(db.get_ref().limiter.set(Arc::downgrade(&db)).is_ok());
    db
}

/// One load holds a permit and waits for a nested one, whose permit is held by an unpolled load.
#[tokio::test(start_paused = true)]
async fn whoever_drives_a_nested_load_drives_the_others() {
    let db = recursive(2);
    let mut parked = load(&db, 0);
    assert!(poll!(parked.as_mut()).is_pending());
    let nested_db = db.clone();
    let nested =
        tokio::spawn(
            async move { nested_db.load(&[Nested(1)]).await.is_ok_and(|it| it.len() == 1) },
        );
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    db.get_ref().event.fire();
    assert!(soon(nested).await.expect("it does not panic"));
    assert!(soon(parked).await);
}

/// All loads hold permits and wait for one more. Wakes and drivers pass from one to the next without
/// recursion.
#[test]
fn nested_loads_take_no_stack_by_their_number() {
    const LOADS: usize = 4_000;
    let run = || {
        let db = recursive(LOADS + 1);
        let mut cx = Context::from_waker(Waker::noop());
        let mut last = load(&db, 0);
        let nested = async |db: &MaxConcurrent<Recursive>| db.load(&[Nested(1)]).await.is_ok();
        let mut loads: Vec<_> = (0..LOADS).map(|_| Box::pin(nested(&db))).collect();
        assert!(last.as_mut().poll(&mut cx).is_pending());
        // Every waiter is woken in vain until waiters take turns.
        for _ in 0..12 {
            for load in &mut loads {
                assert!(load.as_mut().poll(&mut cx).is_pending());
            }
            let wakers = std::mem::take(&mut *db.get_ref().event.wakers.lock().unwrap());
            wakers.into_iter().for_each(Waker::wake);
            assert!(last.as_mut().poll(&mut cx).is_pending());
        }
        db.get_ref().event.fire();
        assert!(last.as_mut().poll(&mut cx).is_ready());
        while !loads.is_empty() {
            loads.retain_mut(|load| load.as_mut().poll(&mut cx).is_pending());
        }
    };
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    small.spawn(run).expect("a thread").join().expect("it comes to its end");
}

/// Checks the next key on its own session, up to the last; takes one key a call.
#[derive(Debug, Default)]
struct Chain {
    session: OnceLock<Session<ChainFacts>>,
}

const LAST: u32 = 4;

impl FactSource<Plain> for Chain {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let id = keys[0].id;
        if id >= LAST {
            tokio::time::sleep(Duration::from_millis(10)).await;
            return Ok(keys.iter().map(|key| (key.clone(), true)).collect());
        }
        let session = self.session.get().ok_or_else(|| FactError::safe("no session"))?;
        let allowed = match PLAIN.bind(session, &(), &()).check(&(id + 1)).await {
            decision if decision.is_indeterminate() => {
                return Err(FactError::safe(decision.to_string()));
            }
            decision => decision.is_allow(),
        };
        Ok(keys.iter().map(|key| (key.clone(), allowed)).collect())
    }

    fn max_batch_size(&self) -> usize {
        1
    }
}

#[derive(Sources)]
struct ChainFacts {
    #[loads(Plain)]
    db: Arc<MaxConcurrent<Chain>>,
}

/// The last link waits for a permit, and meanwhile drives the loads that hold one and wait for it. Driving
/// them is not waiting for them.
#[tokio::test(start_paused = true)]
async fn a_chain_that_waits_for_a_permit_is_no_cycle() {
    let db = Arc::new(MaxConcurrent::new(Chain::default(), LAST as usize + 1));
    let session = Session::new(ChainFacts { db: db.clone() });
    assert!(db.get_ref().session.set(session.clone()).is_ok());
    // It holds the permit that the last link needs.
    let other = Session::new(ChainFacts { db: db.clone() });
    let other = tokio::spawn(async move { PLAIN.bind(&other, &(), &()).check(&LAST).await });
    tokio::task::yield_now().await;
    let decision = soon(PLAIN.bind(&session, &(), &()).check(&0)).await;
    assert!(decision.is_allow(), "{decision}");
    assert!(other.await.expect("it does not panic").is_allow());
}

/// Checks `Plain` on its own session, for key 1.
#[derive(Debug, Default)]
struct AsksPlain {
    session: Mutex<Option<Session<AskingFacts>>>,
}

impl FactSource<Nested> for AsksPlain {
    async fn load(&self, keys: &[Nested]) -> Result<Loaded<Nested>, FactError> {
        let session = self.session.lock().unwrap().clone();
        let allowed = match session {
            Some(session) if keys[0].id == 1 => {
                PLAIN.bind(&session, &(), &()).check(&1).await.is_allow()
            }
            _ => true,
        };
        Ok(keys.iter().map(|key| (key.clone(), allowed)).collect())
    }
}

#[derive(Sources)]
struct AskingFacts {
    #[loads(Nested)]
    asks: Arc<MaxConcurrent<AsksPlain>>,
    #[loads(Plain)]
    plain: Arc<Held<Scripted<Plain>>>,
}

/// A check is begun and kept. Its load holds the permit, and waits for another load of its session, which
/// has no limit. A waiter for the permit drives both.
#[tokio::test(start_paused = true)]
async fn a_kept_check_with_a_reentrant_load_blocks_nobody() {
    for polls in 1..6 {
        let asks = Arc::new(MaxConcurrent::new(AsksPlain::default(), 1));
        let plain = Arc::new(Held::new(Scripted::always(true)));
        let facts = || AskingFacts { asks: asks.clone(), plain: plain.clone() };
        let (one, other) = (Session::new(facts()), Session::new(facts()));
        *asks.get_ref().session.lock().unwrap() = Some(one.clone());
        let access = NESTED.bind(&one, &(), &());
        let mut kept = Box::pin(access.check(&1));
        for _ in 0..polls {
            assert!(poll!(kept.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
        let waits = tokio::spawn(async move { NESTED.bind(&other, &(), &()).check(&2).await });
        tokio::task::yield_now().await;
        plain.release(1);
        let decision = soon(waits).await.expect("it does not panic");
        assert!(decision.is_allow(), "{polls}: {decision}");
        assert!(soon(kept).await.is_allow());
        *asks.get_ref().session.lock().unwrap() = None;
    }
}
