//! Models of the permits: turns that pass to who is polled, and loads that others drive.

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

/// Polls it once, as a task that is not polled again.
fn begin<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(StdArc::new(Parked))))
}

/// A permit that nobody else has and nobody waits for.
fn take(permits: &StdArc<Permits>) -> Permit {
    match begin(pin!(permits.acquire())) {
        Poll::Ready(permit) => permit,
        Poll::Pending => panic!("there is a free permit"),
    }
}

/// Something outside that becomes ready once and then wakes who asked last.
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

/// Counts the destructions of the future of a load.
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

/// Takes a permit, whoever else waits, and gives it back.
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

/// The first in line was woken for the permit, and goes.
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

/// Two permits come free, and the first in line takes none: who takes one of them wakes the next, and
/// keeps its own meanwhile.
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

/// The owner of a load is not polled; whoever waits for its permit drives it, woken or not by then.
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

/// Whoever drives it, its owner has the result.
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

/// The owner goes while somebody else may be driving: the load is dropped once, and the permit is free.
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
