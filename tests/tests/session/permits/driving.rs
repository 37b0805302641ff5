//! Loads that others drive: their panics, and their cancellation.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::poll;
use gatehouse::limit::MaxConcurrent;
use gatehouse::prelude::*;

use super::*;

/// Waits for an event of each key, and then calls `then`. Key 0 has no answer.
struct Then<F> {
    events: [Event; 2],
    then: F,
}

impl<F: Fn(u32) + Send + Sync + 'static> FactSource<Plain> for Then<F> {
    async fn load(&self, keys: &[Plain]) -> Result<Loaded<Plain>, FactError> {
        let id = keys[0].id;
        self.events[id as usize].over().await;
        (self.then)(id);
        if id == 0 {
            std::future::pending::<()>().await;
        }
        Ok(keys.iter().map(|key| (key.clone(), true)).collect())
    }
}

/// A source behind a limit of one, whose load of key 0 will be driven by the waiter of key 1.
fn driven_by_others<F: Fn(u32) + Send + Sync + 'static>(then: F) -> Arc<MaxConcurrent<Then<F>>> {
    let events = [Event::default(), Event::default()];
    events[1].is_over.store(true, Ordering::Relaxed);
    Arc::new(MaxConcurrent::new(Then { events, then }, 1))
}

#[tokio::test]
async fn a_panic_reaches_the_owner_and_not_the_driver() {
    let db = driven_by_others(|id| assert_eq!(id, 1, "a panic of the load of key 0"));
    let mut owner = load(&db, 0);
    assert!(poll!(owner.as_mut()).is_pending());
    db.get_ref().events[0].fire();
    // It drives the other load to its panic, and then has the permit.
    assert!(soon(load(&db, 1)).await);
    let panic = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(owner)).await;
    let payload = panic.expect_err("the panic is kept for its owner");
    let text = payload.downcast::<String>().expect("a panic with a formatted text");
    assert!(text.contains("a panic of the load of key 0"), "{text}");
    assert!(soon(load(&db, 1)).await);
}

/// The payload panics when it is dropped, and the owner is dropped before it takes the payload.
#[tokio::test]
async fn a_panic_without_an_owner_is_dropped_quietly() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("the payload's destructor"));
        }
    }
    let db = driven_by_others(|id| {
        if id == 0 {
            std::panic::resume_unwind(Box::new(Bomb));
        }
    });
    let mut owner = load(&db, 0);
    assert!(poll!(owner.as_mut()).is_pending());
    db.get_ref().events[0].fire();
    assert!(soon(load(&db, 1)).await);
    drop(owner);
    assert!(soon(load(&db, 1)).await);
}

/// The owner is dropped while a waiter polls its load: that poll is the last, and the permit is free.
#[test]
fn an_owner_dropped_while_another_drives_cancels_the_load() {
    type Slot = Rc<Cell<Option<Pin<Box<dyn Future<Output = bool>>>>>>;
    thread_local! {
        static OWNER: Slot = Rc::default();
    }
    let db = driven_by_others(|id| {
        if id == 0 {
            drop(OWNER.with(|owner| owner.take()));
        }
    });
    let owner = OWNER.with(Rc::clone);
    futures::executor::block_on(async {
        let mut first = load(&db, 0);
        assert!(poll!(first.as_mut()).is_pending());
        owner.set(Some(first));
        db.get_ref().events[0].fire();
        assert!(load(&db, 1).await);
    });
    assert!(owner.take().is_none(), "it was dropped while it was driven");
    assert_eq!(Arc::strong_count(&db), 1, "no load is left");
}
