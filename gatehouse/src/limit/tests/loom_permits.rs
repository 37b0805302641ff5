//! Models of the permits: a waiter that is polled takes what others leave, and drives others' loads.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, Wake, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use super::super::permits::{Permit, Permits};
use super::super::shared_load::OwnedLoad;
use crate::sync::Mutex;
use crate::sync::model::explore;

/// The waker of a task that is never polled again.
struct Parked;

impl Wake for Parked {
    fn wake(self: StdArc<Self>) {}
}

/// Polls a future once, for a task that is not polled again.
fn begin<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(StdArc::new(Parked))))
}

/// Takes a permit that is free and that nobody waits for.
fn take(permits: &StdArc<Permits>) -> Permit {
    match begin(pin!(permits.acquire())) {
        Poll::Ready(permit) => permit,
        Poll::Pending => panic!("there is a free permit"),
    }
}

/// An event outside of the limiter: it becomes ready once, and wakes the last waker.
struct Event {
    is_ready: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Event {
    fn new() -> Arc<Self> {
        Arc::new(Self { is_ready: AtomicBool::new(false), waker: Mutex::new(None) })
    }

    fn fire(&self) {
        self.is_ready.store(true, Ordering::Release);
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, waker: &Waker) -> Poll<u64> {
        let former = self.waker.lock().replace(waker.clone());
        drop(former);
        if self.is_ready.load(Ordering::Acquire) { Poll::Ready(7) } else { Poll::Pending }
    }
}

/// Counts how often the future of a load is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A load that holds a permit, and waits for an event.
fn load(permits: &StdArc<Permits>, event: &Arc<Event>, drops: &Arc<AtomicUsize>) -> OwnedLoad<u64> {
    let (permit, event) = (take(permits), Arc::clone(event));
    let (number, dropped) = (permit.number(), Dropped(Arc::clone(drops)));
    let future = Box::pin(async move {
        let _permit = permit;
        let _dropped = dropped;
        poll_fn(|cx| event.poll(cx.waker())).await
    });
    OwnedLoad::new(permits, number, future)
}

/// Takes a permit, whoever else waits, and frees it.
fn take_a_turn(permits: &StdArc<Permits>) {
    drop(block_on(permits.acquire()));
}

fn in_thread(permits: &StdArc<Permits>) -> thread::JoinHandle<()> {
    let permits = StdArc::clone(permits);
    thread::spawn(move || take_a_turn(&permits))
}

#[test]
fn one_permit_and_three_who_want_it() {
    explore("one_permit_and_three_who_want_it", Some(2), || {
        let permits = Permits::new(1);
        let others = [in_thread(&permits), in_thread(&permits)];
        take_a_turn(&permits);
        others.into_iter().for_each(|other| other.join().unwrap());
        drop(take(&permits));
    });
}

/// The first waiter was woken for the permit, and is dropped.
#[test]
fn who_is_woken_and_dropped_passes_it_on() {
    explore("who_is_woken_and_dropped_passes_it_on", Some(3), || {
        let permits = Permits::new(1);
        let held = take(&permits);
        let mut first = Box::pin(permits.acquire());
        assert!(begin(first.as_mut()).is_pending());
        let other = in_thread(&permits);
        drop(held);
        drop(first);
        other.join().unwrap();
        drop(take(&permits));
    });
}

/// Two permits become free, and the first waiter takes none: the waiter that takes one of them wakes the
/// next waiter, and keeps its own permit meanwhile.
#[test]
fn who_takes_one_of_two_wakes_the_next() {
    explore("who_takes_one_of_two_wakes_the_next", Some(2), || {
        let permits = Permits::new(2);
        let held = (take(&permits), take(&permits));
        let mut first = Box::pin(permits.acquire());
        assert!(begin(first.as_mut()).is_pending());
        let other = in_thread(&permits);
        let releases = thread::spawn(move || drop(held));
        let permit = block_on(permits.acquire());
        other.join().unwrap();
        drop(permit);
        releases.join().unwrap();
    });
}

/// The owner of a load is not polled: a waiter for its permit drives it, woken or not by then.
#[test]
fn a_load_is_driven_by_who_waits() {
    explore("a_load_is_driven_by_who_waits", Some(3), || {
        let permits = Permits::new(1);
        let (event, drops) = (Event::new(), Arc::new(AtomicUsize::new(0)));
        let mut owned = Box::pin(load(&permits, &event, &drops));
        assert!(begin(owned.as_mut()).is_pending());
        let other = in_thread(&permits);
        event.fire();
        other.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert_eq!(block_on(owned), 7);
        drop(take(&permits));
    });
}

/// The owner has the result, whoever drives the load.
#[test]
fn an_owner_and_one_who_waits_drive_one_load() {
    explore("an_owner_and_one_who_waits_drive_one_load", Some(2), || {
        let permits = Permits::new(1);
        let (event, drops) = (Event::new(), Arc::new(AtomicUsize::new(0)));
        let owned = load(&permits, &event, &drops);
        let other = in_thread(&permits);
        let fires = thread::spawn(move || event.fire());
        assert_eq!(block_on(owned), 7);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        other.join().unwrap();
        fires.join().unwrap();
        drop(take(&permits));
    });
}

/// The owner is dropped while a waiter may drive the load: the load is dropped once, and the permit is
/// free.
#[test]
fn an_owner_goes_while_another_drives() {
    explore("an_owner_goes_while_another_drives", Some(3), || {
        let permits = Permits::new(1);
        let (event, drops) = (Event::new(), Arc::new(AtomicUsize::new(0)));
        let mut owned = Box::pin(load(&permits, &event, &drops));
        assert!(begin(owned.as_mut()).is_pending());
        let other = in_thread(&permits);
        event.fire();
        drop(owned);
        other.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        drop(take(&permits));
    });
}
