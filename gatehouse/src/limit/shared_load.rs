//! A load that holds a permit. It is driven by its owner, and by whoever waits for a permit.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::drive::Drive;
use super::outermost::Outermost;
use super::permits::Permits;
use crate::observe::CallerSpan;
use crate::session::{BoxFuture, CallerLoad, Wakers, wake_all};
use crate::sync::{Mutex, MutexGuard};
use crate::unwind::drop_quietly;

/// A load that others than its owner can poll.
///
/// It contains its future and is that future's waker, which is a reference cycle. The owner breaks it by
/// cancelling the load when it is dropped.
struct SharedLoad<T> {
    number: u64,
    permits: Arc<Permits>,
    /// The span in which it was requested, and in which it is polled, whoever drives it.
    span: CallerSpan,
    /// The session's load that it is a part of, and inside of which it is polled.
    load: CallerLoad,
    state: Mutex<State<T>>,
}

struct State<T> {
    poll: PollState<T>,
    /// Whether it was woken since the last poll. If it is idle, it is ready then, or about to be polled.
    is_woken: bool,
    owner: Option<Waker>,
}

enum PollState<T> {
    /// Nobody polls it.
    Idle(BoxFuture<T>),
    /// It is being polled.
    Polling,
    /// It has a result, which the owner has not taken yet.
    Done(std::thread::Result<T>),
    /// The owner has taken the result, or was dropped.
    Closed,
}

impl<T: Send + 'static> SharedLoad<T> {
    /// Takes the future of an idle load that was woken, to poll it.
    fn take(state: &mut State<T>) -> Option<BoxFuture<T>> {
        if !state.is_woken || !matches!(state.poll, PollState::Idle(_)) {
            return None;
        }
        state.is_woken = false;
        match std::mem::replace(&mut state.poll, PollState::Polling) {
            PollState::Idle(future) => Some(future),
            _ => None,
        }
    }

    /// Polls the future once. If it is still pending, puts it back.
    fn poll_once(self: &Arc<Self>, mut future: BoxFuture<T>) -> Option<std::thread::Result<T>> {
        let waker = Waker::from(Arc::clone(self));
        // A finished future is dropped inside of the closure, so that a panic of its destructor is caught.
        let polled = catch_unwind(AssertUnwindSafe(move || {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => Ok(value),
                Poll::Pending => Err(future),
            }
        }));
        match polled {
            Ok(Ok(value)) => Some(Ok(value)),
            Err(panic) => Some(Err(panic)),
            Ok(Err(future)) => {
                self.put_back(future);
                None
            }
        }
    }

    fn put_back(self: &Arc<Self>, future: BoxFuture<T>) {
        let mut state = self.state.lock();
        if matches!(state.poll, PollState::Closed) {
            // It was cancelled meanwhile.
            drop(state);
            return drop_quietly(future);
        }
        state.poll = PollState::Idle(future);
        if state.is_woken {
            self.announce(state);
        }
    }

    /// Makes the load ready. Wakes its owner and waiters for a permit, since any of them may never be
    /// polled again.
    fn announce(self: &Arc<Self>, mut state: MutexGuard<'_, State<T>>) {
        let mut wakers = Wakers::new();
        wakers.extend(state.owner.take());
        let load: Arc<dyn Drive> = Arc::clone(self) as _;
        self.permits.make_ready(self.number, load, &mut wakers);
        drop(state);
        wake_all(wakers);
    }

    /// Stores the result of a load that somebody else than its owner has driven, and wakes the owner.
    fn finish(&self, result: std::thread::Result<T>) {
        let mut state = self.state.lock();
        if matches!(state.poll, PollState::Closed) {
            drop(state);
            return drop_quietly(result);
        }
        state.poll = PollState::Done(result);
        let owner = state.owner.take();
        drop(state);
        wake_all(owner.into_iter().collect());
    }

    /// Polls the load once for its owner.
    fn poll_owned(self: &Arc<Self>, waker: Waker) -> Option<std::thread::Result<T>> {
        let mut state = self.state.lock();
        if let PollState::Done(_) = state.poll {
            let done = std::mem::replace(&mut state.poll, PollState::Closed);
            drop(state);
            return match done {
                PollState::Done(result) => Some(result),
                _ => None,
            };
        }
        let former = state.owner.replace(waker);
        let future = Self::take(&mut state);
        let ready = future.is_some().then(|| self.permits.take_ready(self.number));
        drop(state);
        drop((former, ready));
        self.poll_once(future?)
    }

    /// Drops the load or its result, because the owner was dropped.
    fn cancel(&self) {
        let mut state = self.state.lock();
        let was = std::mem::replace(&mut state.poll, PollState::Closed);
        let (owner, ready) = (state.owner.take(), self.permits.take_ready(self.number));
        drop(state);
        drop((owner, ready));
        drop_quietly(was);
    }
}

impl<T: Send + 'static> Drive for SharedLoad<T> {
    fn drive(self: Arc<Self>) {
        let Some(future) = Self::take(&mut self.state.lock()) else { return };
        let result = self.span.inside(|| self.load.inside(|| self.poll_once(future)));
        if let Some(result) = result {
            self.finish(result);
        }
    }
}

impl<T: Send + 'static> Wake for SharedLoad<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.state.lock();
        if std::mem::replace(&mut state.is_woken, true) {
            return;
        }
        // If it is being polled, `put_back` sees that it was woken. If it is over, there is nothing to do.
        if matches!(state.poll, PollState::Idle(_)) {
            self.announce(state);
        }
    }
}

/// The result of a load, for its owner. A panic of the load is resumed here, whoever polled it.
///
/// # Cancel safety
/// Dropping it drops the load with everything that the load holds. If the load is being polled by somebody
/// else, it is dropped after that poll.
pub(super) struct OwnedLoad<T: Send + 'static>(Arc<SharedLoad<T>>);

impl<T: Send + 'static> OwnedLoad<T> {
    /// Begins a load that holds the permit with this number.
    pub(super) fn new(permits: &Arc<Permits>, number: u64, future: BoxFuture<T>) -> Self {
        let state = State { poll: PollState::Idle(future), is_woken: true, owner: None };
        let (permits, state) = (Arc::clone(permits), Mutex::new(state));
        let (span, load) = (CallerSpan::current(), CallerLoad::current());
        Self(Arc::new(SharedLoad { number, permits, span, load, state }))
    }
}

impl<T: Send + 'static> Future for OwnedLoad<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let permits = &self.0.permits;
        let outermost = Outermost::begin(permits.address());
        let result = self.0.poll_owned(cx.waker().clone());
        // A caller inside of the load waits for a permit. Nobody else may be there to drive the loads
        // that hold one.
        if let Some(outermost) = &outermost
            && outermost.is_drive_requested()
        {
            permits.drive_all();
        }
        match result {
            Some(Ok(value)) => Poll::Ready(value),
            Some(Err(panic)) => resume_unwind(panic),
            None => Poll::Pending,
        }
    }
}

impl<T: Send + 'static> Drop for OwnedLoad<T> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
