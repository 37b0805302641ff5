//! A load in flight: a future that whoever waits can drive, one at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

use super::seat::Roster;
use super::sync::{Arc, AtomicBool, Mutex, Ordering};

/// The boxed future of a load.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a load came to: its value, or a panic.
pub(crate) type Landing<T> = std::thread::Result<T>;

/// A future that belongs to nobody: any task may call [`Flight::drive`], and exactly one call
/// gets the result.
///
/// # Cancel safety
/// No lock is held while the future runs, and no task owns it: a driver that goes away between two
/// polls leaves it where every other driver finds it.
pub(crate) struct Flight<T> {
    future: Mutex<Place<T>>,
    signal: std::sync::Arc<Signal>,
}

/// Where the future is.
enum Place<T> {
    /// At rest, to be polled by whoever comes first after a wake.
    Parked(BoxFuture<T>),
    /// A driver polls it right now.
    Driven,
    /// It is over, or nobody waits for it any more.
    Gone,
}

/// The waker of a flight: remembers the wake and rouses everybody who could drive.
struct Signal {
    woken: AtomicBool,
    roster: Arc<Roster>,
}

impl Wake for Signal {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        // Release: what the source wrote before it woke us is visible to the driver that takes
        // the flag.
        self.woken.store(true, Ordering::Release);
        self.roster.wake_all();
    }
}

impl<T> Flight<T> {
    /// A flight that nobody has polled yet.
    pub(crate) fn new(future: BoxFuture<T>, roster: Arc<Roster>) -> Self {
        Self {
            future: Mutex::new(Place::Parked(future)),
            signal: std::sync::Arc::new(Signal { woken: AtomicBool::new(true), roster }),
        }
    }

    /// Polls the future for as long as it was woken and nobody else polls it. The call that sees
    /// it end gets the landing; every other one `None`.
    pub(crate) fn drive(&self) -> Option<Landing<T>> {
        while self.signal.woken.swap(false, Ordering::AcqRel) {
            let mut future = self.take()?;
            let waker = Waker::from(std::sync::Arc::clone(&self.signal));
            // A future that ended is dropped inside, so that a panic of its destructor is caught.
            let polled = catch_unwind(AssertUnwindSafe(move || {
                match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(value) => Ok(value),
                    Poll::Pending => Err(future),
                }
            }));
            match polled {
                Ok(Err(future)) => self.put_back(future),
                Ok(Ok(value)) => return self.land(Ok(value)),
                Err(panic) => return self.land(Err(panic)),
            }
        }
        None
    }

    fn take(&self) -> Option<BoxFuture<T>> {
        let mut future = self.future.lock();
        match std::mem::replace(&mut *future, Place::Driven) {
            Place::Parked(parked) => Some(parked),
            Place::Driven => {
                // The wake that we took is the other driver's: it looks again after it has put
                // the future back, which needs this lock and so comes after this store.
                self.signal.woken.store(true, Ordering::Release);
                None
            }
            Place::Gone => {
                *future = Place::Gone;
                None
            }
        }
    }

    fn put_back(&self, parked: BoxFuture<T>) {
        let mut future = self.future.lock();
        if matches!(*future, Place::Driven) {
            *future = Place::Parked(parked);
        } else {
            // Cancelled meanwhile.
            drop(future);
            discard(parked);
        }
    }

    fn land(&self, landing: Landing<T>) -> Option<Landing<T>> {
        let was = std::mem::replace(&mut *self.future.lock(), Place::Gone);
        matches!(was, Place::Driven).then_some(landing)
    }

    /// Drops the future, or lets its driver drop it: nobody waits for it any more.
    pub(crate) fn cancel(&self) {
        let was = std::mem::replace(&mut *self.future.lock(), Place::Gone);
        discard(was);
    }
}

/// Drops a future that nobody waits for, outside every lock. Its destructor is the source's code,
/// and a panic in it is nobody's answer.
fn discard<T>(future: T) {
    let _ = catch_unwind(AssertUnwindSafe(move || drop(future)));
}
