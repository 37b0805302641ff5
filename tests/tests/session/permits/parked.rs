//! Checks that were begun and are not polled, and the permits that they hold or wait for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::join_all;
use futures::{StreamExt, poll, stream};
use gatehouse::prelude::*;

use super::*;

/// The other branch of a `select!` holds the only permit.
#[tokio::test(start_paused = true)]
async fn a_load_of_an_unpolled_check_is_driven_by_waiters() {
    let db = limited(1);
    let parked = begun(&db, 1).await;
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    // The load has ended, and is not started again.
    assert_eq!(db.get_ref().running.load(Ordering::Relaxed), 0);
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);

    let (mut first, sleep) = (begun(&db, 3).await, tokio::time::sleep(Duration::from_millis(5)));
    tokio::select! { _ = &mut first => panic!("a load takes 10 ms"), () = sleep => {} }
    assert!(soon(check(db.clone(), 4)).await.is_allow());
    drop(first);
    assert!(soon(check(db.clone(), 5)).await.is_allow());
    assert_at_rest(&db, 1);
}

/// The timer of the load fires before anybody waits for a permit.
#[tokio::test(start_paused = true)]
async fn a_load_that_was_woken_before_anybody_waited_is_driven() {
    let db = limited(1);
    let parked = begun(&db, 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_is_dropped_gives_its_permit_back() {
    let db = limited(1);
    drop(begun(&db, 1).await);
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn an_unpolled_waiter_passes_its_turn() {
    let db = limited(1);
    let first = begun(&db, 0).await;
    let parked = begun(&db, 1).await;
    assert!(soon(first).await.is_allow());
    assert!(soon(check(db.clone(), 2)).await.is_allow());
    assert!(soon(parked).await.is_allow());
    assert_at_rest(&db, 1);
}

/// One check is polled, in any place among many that are not.
#[tokio::test(start_paused = true)]
async fn many_unpolled_checks_block_nobody() {
    for (before, behind) in [(20, 0), (0, 20), (20, 20), (200, 200)] {
        let db = limited(1);
        let first = begun(&db, 0).await;
        let parked_before = join_all((0..before).map(|id| begun(&db, id))).await;
        let live = tokio::spawn(check(db.clone(), 1));
        tokio::task::yield_now().await;
        let parked_behind = join_all((0..behind).map(|id| begun(&db, id))).await;
        assert!(soon(first).await.is_allow());
        assert!(soon(live).await.expect("it does not panic").is_allow());
        let parked = parked_before.into_iter().chain(parked_behind);
        assert!(soon(join_all(parked)).await.iter().all(Decision::is_allow));
        assert_at_rest(&db, 1);
    }
}

/// No task is polled during the drop: its wake goes to the next waiter.
#[tokio::test(start_paused = true)]
async fn a_waiter_dropped_after_its_wake_wakes_others() {
    let db = limited(1);
    let first = begun(&db, 0).await;
    let parked = join_all((0..4).map(|id| begun(&db, id))).await;
    let live = tokio::spawn(check(db.clone(), 9));
    tokio::task::yield_now().await;
    drop(first);
    drop(parked);
    assert!(soon(live).await.expect("it does not panic").is_allow());
    assert_at_rest(&db, 1);
}

#[tokio::test(start_paused = true)]
async fn cancelled_checks_leak_no_permit() {
    let db = limited(2);
    for id in 0..2_000 {
        let session = session(&db);
        let access = PLAIN.bind(&session, &(), &());
        let mut check = Box::pin(access.check(&id));
        assert!(poll!(check.as_mut()).is_pending());
        if id % 3 == 0 {
            tokio::task::yield_now().await;
            let _ = poll!(check.as_mut());
        }
    }
    assert!(soon(check(db.clone(), 1)).await.is_allow());
    assert_at_rest(&db, 2);
}

/// While the body of the stream awaits a check, the checks in the buffer are not polled.
async fn stream_of_checks(limit: usize, buffered: usize) {
    let db = limited(limit);
    let checks = stream::iter(0..3 * buffered).map(|_| check(db.clone(), 1));
    let mut checks = checks.buffer_unordered(buffered);
    let mut allowed = 0;
    while let Some(decision) = soon(checks.next()).await {
        let in_body = soon(check(db.clone(), 2)).await;
        allowed += usize::from(decision.is_allow() && in_body.is_allow());
    }
    assert_eq!(allowed, 3 * buffered);
    assert_at_rest(&db, limit);
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_body_checks_makes_progress() {
    for limit in [1, 2, 4, 8] {
        for buffered in [2, 8, 64] {
            stream_of_checks(limit, buffered).await;
        }
    }
}

/// Streams that hold permits of each other, on two threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_on_two_threads_make_progress() {
    let db = limited(3);
    let streams = (0..6).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut checks =
                stream::iter(0..24).map(|id| check(db.clone(), id)).buffer_unordered(8);
            while let Some(decision) = checks.next().await {
                assert!(decision.is_allow());
                assert!(check(db.clone(), 1_000).await.is_allow());
            }
        })
    });
    for ended in soon(join_all(streams)).await {
        ended.expect("it does not panic");
    }
    assert_at_rest(&db, 3);
}

/// A task that checks repeatedly, each time on a new session, leaves permits to others.
#[tokio::test(start_paused = true)]
async fn a_greedy_task_leaves_permits_to_others() {
    let db = limited(1);
    let ask = |times: u32| {
        let db = db.clone();
        tokio::spawn(async move {
            for id in 0..times {
                assert!(check(db.clone(), id).await.is_allow());
            }
        })
    };
    let (greedy, modest) = (ask(1_000), ask(10));
    let began = tokio::time::Instant::now();
    modest.await.expect("it does not panic");
    let loads = began.elapsed().as_millis() / 10;
    assert!(loads <= 30, "it waited for {loads} loads of ten milliseconds, to run 10");
    greedy.abort();
    assert!(greedy.await.is_err());
    assert_at_rest(&db, 1);
}
