//! A load in flight: a future that whoever waits can drive, one at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, Wake, Waker};

use super::seat::Roster;
use super::sync::{Arc, Mutex};

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
///
/// # Who holds whom
/// A flight is the waker of its future, which may hold it: whoever gives up a flight that has not
/// landed must [`cancel`](Flight::cancel) it, or neither is ever dropped.
pub(crate) struct Flight<T> {
    state: Mutex<State<T>>,
    /// Everybody who could drive.
    roster: Arc<Roster>,
}

struct State<T> {
    future: Place<T>,
    /// Whether there was a wake since the last poll.
    woken: bool,
}

/// Where the future is.
enum Place<T> {
    /// At rest, to be polled by whoever comes first after a wake.
    Parked(BoxFuture<T>),
    /// A driver polls it right now; `again` if it was woken meanwhile.
    Driven { again: bool },
    /// It is over, or nobody waits for it any more.
    Gone,
}

/// Remembers the wake and rouses everybody who could drive.
impl<T: Send + 'static> Wake for Flight<T> {
    fn wake(self: StdArc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &StdArc<Self>) {
        self.rouse();
    }
}

impl<T: Send + 'static> Flight<T> {
    /// A flight that nobody has polled yet.
    pub(crate) fn new(future: BoxFuture<T>, roster: Arc<Roster>) -> StdArc<Self> {
        let state = State { future: Place::Parked(future), woken: true };
        StdArc::new(Self { state: Mutex::new(state), roster })
    }

    /// Polls the future once, if it was woken and nobody else polls it. The call that sees it end
    /// gets the landing; every other one `None`.
    ///
    /// Once, not until it rests: a future that wakes itself wants its task to go round first.
    pub(crate) fn drive(self: &StdArc<Self>) -> Option<Landing<T>> {
        let mut future = self.take()?;
        let waker = Waker::from(StdArc::clone(self));
        // A future that ended is dropped inside, so that a panic of its destructor is caught.
        let polled = catch_unwind(AssertUnwindSafe(move || {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => Ok(value),
                Poll::Pending => Err(future),
            }
        }));
        match polled {
            Ok(Ok(value)) => self.land(Ok(value)),
            Err(panic) => self.land(Err(panic)),
            Ok(Err(future)) => {
                self.put_back(future);
                None
            }
        }
    }

    fn take(&self) -> Option<BoxFuture<T>> {
        let mut state = self.state.lock();
        if !std::mem::take(&mut state.woken) {
            return None;
        }
        match std::mem::replace(&mut state.future, Place::Driven { again: false }) {
            Place::Parked(parked) => Some(parked),
            Place::Driven { .. } => {
                // The wake that we took is for the driver: it looks again after its poll.
                state.future = Place::Driven { again: true };
                None
            }
            Place::Gone => {
                state.future = Place::Gone;
                None
            }
        }
    }

    fn put_back(&self, parked: BoxFuture<T>) {
        let mut state = self.state.lock();
        match state.future {
            Place::Driven { again } => {
                state.future = Place::Parked(parked);
                drop(state);
                if again {
                    self.rouse();
                }
            }
            // Cancelled meanwhile.
            Place::Parked(_) | Place::Gone => {
                drop(state);
                discard(parked);
            }
        }
    }

    fn land(&self, landing: Landing<T>) -> Option<Landing<T>> {
        let was = std::mem::replace(&mut self.state.lock().future, Place::Gone);
        matches!(was, Place::Driven { .. }).then_some(landing)
    }

    fn rouse(&self) {
        // The flag comes first: who is woken finds it.
        self.state.lock().woken = true;
        self.roster.wake_all();
    }

    /// Drops the future, or lets its driver drop it: nobody waits for it any more.
    pub(crate) fn cancel(&self) {
        let was = std::mem::replace(&mut self.state.lock().future, Place::Gone);
        discard(was);
    }
}

/// Drops a future that nobody waits for, outside every lock. Its destructor is the source's code,
/// and a panic in it is nobody's answer.
fn discard<T>(future: T) {
    let _ = catch_unwind(AssertUnwindSafe(move || drop(future)));
}
