//! Models of a load in flight: a future that any waiter drives, and whom its wakes reach.

use std::future::poll_fn;
use std::task::{Poll, Wake, Waker};

use loom::future::block_on;
use loom::thread;

use super::super::batches::BatchId;
use super::super::shared_future::{LoadOwner, LoadTarget, SharedFuture, WaiterSet};
use super::super::thread::{BoxFuture, polled_depth};
use super::super::wait_handle::{Driver, Snapshot, WaitHandle};
use crate::fact::FactError;
use crate::sync::model::explore;
use crate::sync::{Arc, AtomicBool, AtomicUsize, Mutex, Ordering};

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

    fn poll(&self, waker: &Waker) -> Poll<()> {
        *self.waker.lock() = Some(waker.clone());
        if self.ready.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// How often a load was over, as its table knows it.
#[derive(Default)]
struct Finished(AtomicUsize);

impl LoadOwner for Finished {
    fn fact(&self) -> &'static str {
        "Fact"
    }

    fn fail(&self, _: BatchId, error: &FactError) {
        panic!("{error}");
    }

    fn finish(&self, _: BatchId) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A session, as its loads and evaluations see it.
struct World {
    everybody: Arc<WaiterSet>,
    finished: std::sync::Arc<Finished>,
    /// Destructions of futures of loads.
    dropped: Arc<AtomicUsize>,
    /// How many loads were polled at most, one inside of the other.
    deepest: Arc<AtomicUsize>,
}

/// Counts the destructions of the future.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

type Load = std::sync::Arc<SharedFuture>;

/// What one evaluation waits for, and whether it has begun that.
struct Own {
    loads: Vec<Load>,
    is_begun: bool,
}

impl Driver for Own {
    fn start_loads(&mut self) -> bool {
        !std::mem::replace(&mut self.is_begun, true)
    }

    fn drive_loads(&mut self) {
        for load in &self.loads {
            load.drive();
        }
    }

    fn mark_loads_ready(&mut self) {
        self.loads.iter().for_each(SharedFuture::make_ready);
    }
}

/// An evaluation that waits.
struct Evaluation {
    handle: WaitHandle,
    own: Own,
}

impl Evaluation {
    fn new(loads: &[&Load]) -> Self {
        let mut handle = WaitHandle::new();
        for load in loads {
            load.add_waiter(handle.add_pending());
        }
        let loads = loads.iter().map(|load| Load::clone(load)).collect();
        Self { handle, own: Own { loads, is_begun: false } }
    }

    async fn wait(&mut self, world: &World) {
        let (handle, own) = (&mut self.handle, &mut self.own);
        poll_fn(|cx| handle.poll(Snapshot::new(&world.everybody), cx.waker(), own)).await;
        handle.unregister(&world.everybody);
    }

    /// Is polled once, with a waker of its own.
    fn poll_once(&mut self, world: &World) -> Poll<()> {
        let waker = Waker::noop();
        self.handle.poll(Snapshot::new(&world.everybody), waker, &mut self.own)
    }
}

impl World {
    fn new() -> Arc<Self> {
        let everybody = Arc::new(WaiterSet::default());
        let (finished, dropped) = (std::sync::Arc::default(), Arc::new(AtomicUsize::new(0)));
        let deepest = Arc::new(AtomicUsize::new(0));
        Arc::new(Self { everybody, finished, dropped, deepest })
    }

    /// A load of this future.
    fn load(&self, future: impl Future<Output = ()> + Send + 'static) -> Load {
        let guard = Dropped(Arc::clone(&self.dropped));
        let owner = std::sync::Arc::clone(&self.finished);
        let loads = LoadTarget { owner, batch: BatchId::default() };
        let load = SharedFuture::load(loads, Arc::clone(&self.everybody));
        let future: BoxFuture<()> = Box::pin(async move {
            let _guard = guard;
            future.await;
        });
        load.start(future);
        load
    }

    /// A load that ends once the event fires.
    fn load_of(&self, event: &Arc<Event>) -> Load {
        let (event, deepest) = (Arc::clone(event), Arc::clone(&self.deepest));
        self.load(async move {
            poll_fn(|cx| {
                deepest.fetch_max(polled_depth(), Ordering::Relaxed);
                event.poll(cx.waker())
            })
            .await;
        })
    }

    /// Wakes these evaluations for the loads of others, until they are throttled.
    fn tire(&self, evaluations: &mut [&mut Evaluation]) {
        let finished = self.finished();
        for _ in 0..5 {
            let event = Arc::new(Event::default());
            let load = self.load_of(&event);
            load.drive();
            event.fire();
            load.drive();
            for evaluation in &mut *evaluations {
                assert!(evaluation.poll_once(self).is_pending());
            }
        }
        self.finished.0.store(finished, Ordering::Relaxed);
    }

    fn finished(&self) -> usize {
        self.finished.0.load(Ordering::Relaxed)
    }

    fn dropped(&self) -> usize {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Guarantee 2: no wake is lost between the source and the one who waits.
#[test]
fn one_waits_while_the_event_fires() {
    explore("load: one waits while the event fires", None, || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let mut ours = Evaluation::new(&[&world.load_of(&event)]);
        let source = thread::spawn(move || event.fire());
        block_on(ours.wait(&world));
        source.join().unwrap();
        assert_eq!((world.finished(), world.dropped()), (1, 1));
    });
}

/// Guarantees 1, 2 and 8: two drive one load; it is over once, and both are answered.
#[test]
fn two_drive_one_load() {
    explore("load: two drive one load", Some(3), || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        let (mut ours, mut theirs) = (Evaluation::new(&[&load]), Evaluation::new(&[&load]));
        let other = {
            let world = Arc::clone(&world);
            thread::spawn(move || block_on(theirs.wait(&world)))
        };
        event.fire();
        block_on(ours.wait(&world));
        other.join().unwrap();
        assert_eq!((world.finished(), world.dropped()), (1, 1));
    });
}

/// Guarantee 8: one polls once and is never polled again; the other does not hang.
#[test]
fn a_parked_driver_blocks_nobody() {
    explore("load: a parked driver blocks nobody", Some(3), || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        let (mut ours, mut parked) = (Evaluation::new(&[&load]), Evaluation::new(&[&load]));
        let source = thread::spawn(move || event.fire());
        // Polled once, with a waker of its own, and then left alone.
        let _ = parked.poll_once(&world);
        block_on(ours.wait(&world));
        source.join().unwrap();
        assert_eq!(world.finished(), 1);
    });
}

/// Guarantee 8: one waits for a load that ends when another one has, in a way that only the sources
/// know of. Whoever waits for that one is never polled again, and nor is a third. The first does not
/// hang.
#[test]
fn a_load_whose_waiter_is_parked_is_driven_by_others() {
    explore("load: a load whose waiter is parked is driven by others", Some(3), || {
        let (event, released, world) =
            (Arc::new(Event::default()), Arc::new(Event::default()), World::new());
        // It holds a connection, say, until the event fires.
        let holds = {
            let (event, released) = (Arc::clone(&event), Arc::clone(&released));
            world.load(async move {
                poll_fn(|cx| event.poll(cx.waker())).await;
                released.fire();
            })
        };
        let (needs, never) = (world.load_of(&released), world.load(std::future::pending()));
        let mut parked = [Evaluation::new(&[&holds]), Evaluation::new(&[&never])];
        let mut ours = Evaluation::new(&[&needs]);
        for parked in &mut parked {
            assert!(parked.poll_once(&world).is_pending());
        }
        let source = thread::spawn(move || event.fire());
        block_on(ours.wait(&world));
        source.join().unwrap();
        assert_eq!(world.finished(), 2);
        never.cancel();
    });
}

/// Guarantee 8: a load waits for another one, through an evaluation inside of it. The inner one can go on,
/// while those that are woken for others are never polled again: the wake reaches who waits for the outer.
#[test]
fn a_deep_wake_reaches_who_waits_outside() {
    explore("load: a deep wake reaches who waits outside", Some(2), || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let inner = world.load_of(&event);
        let outer = {
            let (session, mut inside) = (Arc::clone(&world), Evaluation::new(&[&inner]));
            world.load(async move { inside.wait(&session).await })
        };
        let never = world.load(std::future::pending());
        // More than are all woken, and of these ours is neither the newest nor the oldest.
        let parked = || (0..9).map(|_| Evaluation::new(&[&never])).collect::<Vec<_>>();
        let (mut older, mut newer) = (parked(), parked());
        let mut ours = Evaluation::new(&[&outer]);
        let mut all: Vec<_> = older.iter_mut().chain([&mut ours]).chain(newer.iter_mut()).collect();
        for evaluation in &mut all {
            assert!(evaluation.poll_once(&world).is_pending());
        }
        world.tire(&mut all);
        // The newest are parked once more, perhaps behind ours.
        let source = {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                for evaluation in &mut newer {
                    assert!(evaluation.poll_once(&world).is_pending());
                }
                event.fire();
            })
        };
        block_on(ours.wait(&world));
        source.join().unwrap();
        assert_eq!(world.finished(), 2);
        never.cancel();
    });
}

/// Drives a load when it is woken, as no executor should: no lock may be held then.
struct DrivesAtOnce(Load);

impl Wake for DrivesAtOnce {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.drive();
    }
}

/// Guarantee 9: whatever a waker does, it runs outside of every lock of the session.
#[test]
fn a_waker_runs_outside_of_every_lock() {
    explore("load: a waker runs outside of every lock", Some(3), || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        let mut parked = Evaluation::new(&[&load]);
        let waker = Waker::from(std::sync::Arc::new(DrivesAtOnce(Load::clone(&load))));
        let pending = parked.handle.poll(Snapshot::new(&world.everybody), &waker, &mut parked.own);
        assert!(pending.is_pending());
        let source = thread::spawn(move || event.fire());
        source.join().unwrap();
        assert_eq!(world.finished(), 1);
    });
}

/// Guarantee 3: a load is cancelled while it is ready to be driven, and nothing of it is left.
#[test]
fn cancelling_a_load_that_is_ready() {
    explore("load: cancelling a load that is ready", None, || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        load.drive();
        let source = thread::spawn(move || event.fire());
        load.cancel();
        source.join().unwrap();
        assert_eq!((world.finished(), world.dropped()), (0, 1));
    });
}

/// Guarantee 9: a load waits for another one, through an evaluation inside of it. Whoever drives the
/// outer load drives the inner one, and no load is polled inside of another's poll.
#[test]
fn a_load_waits_for_a_load() {
    explore("load: a load waits for a load", Some(2), || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let inner = world.load_of(&event);
        let outer = {
            let (session, mut inside) = (Arc::clone(&world), Evaluation::new(&[&inner]));
            world.load(async move { inside.wait(&session).await })
        };
        let (mut ours, mut theirs) = (Evaluation::new(&[&outer]), Evaluation::new(&[&outer]));
        let other = {
            let world = Arc::clone(&world);
            thread::spawn(move || block_on(theirs.wait(&world)))
        };
        event.fire();
        block_on(ours.wait(&world));
        other.join().unwrap();
        assert_eq!((world.finished(), world.dropped()), (2, 2));
        assert_eq!(world.deepest.load(Ordering::Relaxed), 1);
    });
}

/// Guarantee 3: cancelling races with driving; the future is dropped once, and ends or does not.
#[test]
fn cancelling_races_with_driving() {
    explore("load: cancelling races with driving", None, || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        event.ready.store(true, Ordering::Release);
        let load = world.load_of(&event);
        let driver = {
            let load = Load::clone(&load);
            thread::spawn(move || load.drive())
        };
        load.cancel();
        driver.join().unwrap();
        load.drive();
        assert!(world.finished() <= 1);
        assert_eq!(world.dropped(), 1);
    });
}

/// Guarantee 3: cancelling races with a driver whose poll leaves the future pending; it is dropped
/// there and then, not kept.
#[test]
fn cancelling_a_load_in_flight() {
    explore("load: cancelling a load in flight", None, || {
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        let driver = {
            let load = Load::clone(&load);
            thread::spawn(move || load.drive())
        };
        load.cancel();
        driver.join().unwrap();
        assert_eq!(world.dropped(), 1);
        event.fire();
        load.drive();
        assert_eq!(world.finished(), 0);
    });
}

/// Guarantee 4: what the source wrote before it woke the waiters is visible to whoever drives.
#[test]
fn a_wake_carries_what_was_written_before() {
    explore("load: a wake carries what was written before", Some(3), || {
        let written = Arc::new(AtomicUsize::new(0));
        let (event, world) = (Arc::new(Event::default()), World::new());
        let load = world.load_of(&event);
        let mut ours = Evaluation::new(&[&load]);
        // First poll: the waker is where the source finds it.
        load.drive();
        let source = {
            let (written, event) = (Arc::clone(&written), Arc::clone(&event));
            thread::spawn(move || {
                written.store(7, Ordering::Relaxed);
                event.fire();
            })
        };
        block_on(ours.wait(&world));
        assert_eq!(written.load(Ordering::Relaxed), 7);
        source.join().unwrap();
    });
}
