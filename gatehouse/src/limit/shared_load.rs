//! A load that holds a permit: its owner drives it, and so does whoever waits for a permit.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::nesting::Outermost;
use super::permits::Permits;
use crate::observe::CallerSpan;
use crate::session::{BoxFuture, CallerLoad, Wakers, wake_each};
use crate::sync::{Mutex, MutexGuard};
use crate::unwind::drop_quietly;

/// Whatever it loads: what those who wait for a permit see of it.
pub(super) trait Drive: Send + Sync {
    /// Polls it once, if it was woken and nobody else polls it.
    fn drive(self: Arc<Self>);
}

/// A load with a place where everybody finds it.
///
/// It is its future's waker, and its future is in it: the owner cancels it when it goes, or neither
/// is ever dropped.
struct SharedLoad<T> {
    number: u64,
    permits: Arc<Permits>,
    /// Where it was asked for: what is logged in it belongs there, whoever drives it.
    span: CallerSpan,
    /// The session's load that it is a part of, whoever drives it.
    load: CallerLoad,
    state: Mutex<State<T>>,
}

struct State<T> {
    progress: Progress<T>,
    /// Whether it was woken since the last poll. If it rests, it is ready then, or somebody is about to
    /// poll it.
    is_woken: bool,
    owner: Option<Waker>,
}

enum Progress<T> {
    /// At rest.
    Idle(BoxFuture<T>),
    /// Somebody polls it.
    Polling,
    /// Over, and the owner does not know yet.
    Done(std::thread::Result<T>),
    /// The owner has what it came to, or waits for it no more.
    Gone,
}

impl<T: Send + 'static> SharedLoad<T> {
    /// The future of a load that was woken, to poll it.
    fn take(state: &mut State<T>) -> Option<BoxFuture<T>> {
        if !state.is_woken || !matches!(state.progress, Progress::Idle(_)) {
            return None;
        }
        state.is_woken = false;
        match std::mem::replace(&mut state.progress, Progress::Polling) {
            Progress::Idle(future) => Some(future),
            _ => None,
        }
    }

    /// Polls the future once. If it is still pending, it is put back where others find it.
    fn poll_once(self: &Arc<Self>, mut future: BoxFuture<T>) -> Option<std::thread::Result<T>> {
        let waker = Waker::from(Arc::clone(self));
        // A future that ended is dropped inside, so that a panic of its destructor is caught.
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
        if matches!(state.progress, Progress::Gone) {
            // Cancelled meanwhile.
            drop(state);
            return drop_quietly(future);
        }
        state.progress = Progress::Idle(future);
        if state.is_woken {
            self.announce(state);
        }
    }

    /// Wakes the owner, and those who wait for a permit and whose turn it is: any of them may be one
    /// that is not polled any more.
    fn announce(self: &Arc<Self>, mut state: MutexGuard<'_, State<T>>) {
        let mut wakers = Wakers::new();
        wakers.extend(state.owner.take());
        let load: Arc<dyn Drive> = Arc::clone(self) as _;
        self.permits.make_ready(self.number, load, &mut wakers);
        drop(state);
        wake_each(wakers);
    }

    /// Somebody else than the owner has driven it to its end.
    fn finish(&self, result: std::thread::Result<T>) {
        let mut state = self.state.lock();
        if matches!(state.progress, Progress::Gone) {
            drop(state);
            return drop_quietly(result);
        }
        state.progress = Progress::Done(result);
        let owner = state.owner.take();
        drop(state);
        wake_each(owner.into_iter().collect());
    }

    /// One poll by the owner.
    fn poll_owned(self: &Arc<Self>, waker: Waker) -> Option<std::thread::Result<T>> {
        let mut state = self.state.lock();
        if let Progress::Done(_) = state.progress {
            let done = std::mem::replace(&mut state.progress, Progress::Gone);
            drop(state);
            return match done {
                Progress::Done(result) => Some(result),
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

    /// The owner waits no more.
    fn cancel(&self) {
        let mut state = self.state.lock();
        let was = std::mem::replace(&mut state.progress, Progress::Gone);
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
        // Who polls it finds that it was woken; and who is over has nothing to do.
        if matches!(state.progress, Progress::Idle(_)) {
            self.announce(state);
        }
    }
}

/// What a load comes to, for its owner. A panic of the load is resumed here, whoever met it.
///
/// # Cancel safety
/// Dropping it drops the load, and whatever the load holds; if somebody polls it right now, behind
/// that poll.
pub(super) struct OwnedLoad<T: Send + 'static>(Arc<SharedLoad<T>>);

impl<T: Send + 'static> OwnedLoad<T> {
    /// Begins a load that holds the permit of this number.
    pub(super) fn new(permits: &Arc<Permits>, number: u64, future: BoxFuture<T>) -> Self {
        let state = State { progress: Progress::Idle(future), is_woken: true, owner: None };
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
        // Somebody inside waits for a permit: those who hold one may be driven by nobody else.
        if let Some(outermost) = &outermost
            && outermost.is_pass_wanted()
        {
            permits.pass();
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
