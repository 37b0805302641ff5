//! The steps of a load before it answers.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures::future::join_all;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::sleep;

use super::random::Random;

/// A few steps, some of which contain others.
pub(super) async fn walk(random: &mut Random, most: u16) {
    for _ in 0..random.below(most + 1) {
        if random.one_in(8) {
            nested(random).await;
        } else {
            step(random).await;
        }
    }
}

async fn step(random: &mut Random) {
    let number = random.below(8);
    match random.below(8) {
        0 | 1 => {
            for _ in 0..=number * 2 {
                yield_now().await;
            }
        }
        2 => drop(tokio::spawn(yield_now()).await),
        3 => sleep(Duration::from_micros(u64::from(number) * 200)).await,
        4 => drop(spawn_blocking(|| ()).await),
        5 => wakes_itself(number, random.one_in(2)).await,
        6 => woken_by_a_thread(random.one_in(2)).await,
        _ => {}
    }
}

/// Several steps at once: all of them, or the first.
async fn nested(random: &mut Random) {
    let mut others: Vec<Random> = (0..3).map(|_| Random::new(random.next())).collect();
    if random.one_in(2) {
        join_all(others.iter_mut().map(step)).await;
        return;
    }
    let [one, two, _] = &mut others[..] else { return };
    tokio::select! {
        () = step(one) => {}
        () = step(two) => {}
        () = yield_now() => {}
    }
}

/// Wakes itself before it is pending, perhaps twice.
async fn wakes_itself(mut times: u16, twice: bool) {
    poll_fn(|cx| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        cx.waker().wake_by_ref();
        if twice {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await;
}

/// Is woken by another thread, perhaps twice.
async fn woken_by_a_thread(twice: bool) {
    let done = Arc::new(AtomicBool::new(false));
    poll_fn(|cx| {
        if done.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        let (done, waker) = (Arc::clone(&done), cx.waker().clone());
        spawn_blocking(move || {
            done.store(true, Ordering::Release);
            if twice {
                waker.wake_by_ref();
            }
            waker.wake();
        });
        Poll::Pending
    })
    .await;
}
