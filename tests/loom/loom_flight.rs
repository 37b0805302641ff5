//! Models of the shared load: a future that any waiter drives, and what wakes the waiters.

use std::future::poll_fn;
use std::task::{Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::flight::Flight;
use super::model::explore;
use super::seat::{Roster, Seat, Waiting};
use super::sync::{Arc, AtomicBool, AtomicUsize, Mutex, Ordering};

/// Something outside, a socket say, that becomes ready once and then wakes who asked last.
#[derive(Default)]
struct Event {
    ready: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Event {
    fn fire(&self) {
        self.ready.store(true, Ordering::Release);
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, waker: &Waker) -> Poll<u64> {
        *self.waker.lock() = Some(waker.clone());
        if self.ready.load(Ordering::Acquire) { Poll::Ready(7) } else { Poll::Pending }
    }
}

/// A flight with everything that it needs, as a table has it.
struct World {
    roster: Arc<Roster>,
    flight: std::sync::Arc<Flight<u64>>,
    /// How often it landed.
    landings: AtomicUsize,
    /// Who waits for it, as the core keeps them.
    waiting: Mutex<Vec<Arc<Seat>>>,
}

/// Counts the destructions of the future.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl World {
    fn new(event: &Arc<Event>, dropped: &Arc<AtomicUsize>) -> Arc<Self> {
        let (event, guard) = (Arc::clone(event), Dropped(Arc::clone(dropped)));
        let roster = Arc::new(Roster::default());
        let future = Box::pin(async move {
            let _guard = guard;
            poll_fn(|cx| event.poll(cx.waker())).await
        });
        let flight = Flight::new(future, Arc::clone(&roster));
        let (landings, waiting) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        Arc::new(Self { roster, flight, landings, waiting })
    }

    fn join(&self) -> Waiting {
        let mut waiting = Waiting::new();
        self.waiting.lock().push(waiting.expect_answer());
        waiting
    }

    fn drive(&self) {
        if let Some(landing) = self.flight.drive() {
            assert_eq!(landing.unwrap(), 7);
            self.landings.fetch_add(1, Ordering::Relaxed);
            let waiting = std::mem::take(&mut *self.waiting.lock());
            waiting.iter().for_each(|seat| seat.answer());
        }
    }

    /// Waits like an evaluation.
    async fn wait(&self, waiting: &mut Waiting) {
        let mut drive = || {
            self.drive();
            true
        };
        let answered = poll_fn(|cx| waiting.poll(&self.roster, cx.waker(), &mut drive)).await;
        assert!(answered);
        waiting.rise(&self.roster);
    }
}

/// Guarantee 2: no wake is lost between the source and the one who waits.
#[test]
fn one_waits_while_the_event_fires() {
    explore("flight: one waits while the event fires", None, || {
        let (event, dropped) = (Arc::new(Event::default()), Arc::new(AtomicUsize::new(0)));
        let world = World::new(&event, &dropped);
        let mut waiting = world.join();
        let source = thread::spawn(move || event.fire());
        block_on(world.wait(&mut waiting));
        source.join().unwrap();
        assert_eq!(world.landings.load(Ordering::Relaxed), 1);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Guarantees 1, 2 and 8: two drive one flight; it lands once, and both are answered.
#[test]
fn two_drive_one_flight() {
    explore("flight: two drive one flight", Some(3), || {
        let (event, dropped) = (Arc::new(Event::default()), Arc::new(AtomicUsize::new(0)));
        let world = World::new(&event, &dropped);
        let (mut ours, mut theirs) = (world.join(), world.join());
        let other = {
            let world = Arc::clone(&world);
            thread::spawn(move || block_on(world.wait(&mut theirs)))
        };
        event.fire();
        block_on(world.wait(&mut ours));
        other.join().unwrap();
        assert_eq!(world.landings.load(Ordering::Relaxed), 1);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Guarantee 8: one polls once and is never polled again; the other does not hang.
#[test]
fn a_parked_driver_blocks_nobody() {
    explore("flight: a parked driver blocks nobody", Some(3), || {
        let (event, dropped) = (Arc::new(Event::default()), Arc::new(AtomicUsize::new(0)));
        let world = World::new(&event, &dropped);
        let (mut ours, mut parked) = (world.join(), world.join());
        let source = thread::spawn(move || event.fire());
        // Polled once, with a waker of its own, and then left alone.
        let mut wait = Box::pin(world.wait(&mut parked));
        block_on(poll_fn(|cx| {
            let _ = wait.as_mut().poll(cx);
            Poll::Ready(())
        }));
        block_on(world.wait(&mut ours));
        source.join().unwrap();
        assert_eq!(world.landings.load(Ordering::Relaxed), 1);
    });
}

/// Guarantee 3: cancelling races with driving; the future is dropped once, and lands or does not.
#[test]
fn cancelling_races_with_driving() {
    explore("flight: cancelling races with driving", None, || {
        let (event, dropped) = (Arc::new(Event::default()), Arc::new(AtomicUsize::new(0)));
        event.ready.store(true, Ordering::Release);
        let world = World::new(&event, &dropped);
        let driver = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.drive())
        };
        world.flight.cancel();
        driver.join().unwrap();
        world.drive();
        assert!(world.landings.load(Ordering::Relaxed) <= 1);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Guarantee 3: cancelling races with a driver whose poll leaves the future pending; it is dropped
/// there and then, not kept.
#[test]
fn cancelling_a_load_in_flight() {
    explore("flight: cancelling a load in flight", None, || {
        let (event, dropped) = (Arc::new(Event::default()), Arc::new(AtomicUsize::new(0)));
        let world = World::new(&event, &dropped);
        let driver = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.drive())
        };
        world.flight.cancel();
        driver.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        event.fire();
        world.drive();
        assert_eq!(world.landings.load(Ordering::Relaxed), 0);
    });
}

/// Guarantee 4: what the source wrote before it woke the waiters is visible to whoever drives.
#[test]
fn a_wake_carries_what_was_written_before() {
    explore("flight: a wake carries what was written before", Some(3), || {
        let written = Arc::new(AtomicUsize::new(0));
        let event = Arc::new(Event::default());
        let dropped = Arc::new(AtomicUsize::new(0));
        let world = World::new(&event, &dropped);
        let mut waiting = world.join();
        // First poll: the waker is where the source finds it.
        world.drive();
        let source = {
            let (written, event) = (Arc::clone(&written), Arc::clone(&event));
            thread::spawn(move || {
                written.store(7, Ordering::Relaxed);
                event.fire();
            })
        };
        block_on(world.wait(&mut waiting));
        assert_eq!(written.load(Ordering::Relaxed), 7);
        source.join().unwrap();
    });
}
