//! How futures are run: without a runtime where nothing waits, so that what is measured is the
//! library and not the runtime.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Runtime};

/// Polls `future` once. It costs nothing but the poll.
///
/// # Panics
/// If `future` waits.
pub fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this future was to be ready at its first poll"),
    }
}

/// Runs `future` to its end on this thread; it may yield, as large pages do.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// Tokio on this thread, with timers: for sources that take their time.
#[must_use]
pub fn tokio() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Tokio on as many threads, with timers: for tasks that run side by side.
#[must_use]
pub fn tokio_with_threads(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_time().build().expect("a runtime")
}

/// Tokio on this thread with a clock that stands still while anybody works, and jumps to the next
/// timer when all wait: how long something takes is how many timers it waited for in a row.
#[must_use]
pub fn paused_tokio() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

/// What runs the rows that are counted rather than timed.
pub enum Executor {
    /// This thread, for a store that answers at once.
    Thread,
    /// A runtime, for a store that takes its time.
    Runtime(Runtime),
}

impl Executor {
    /// Runs `future` to its end.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        match self {
            Self::Thread => block_on(future),
            Self::Runtime(runtime) => runtime.block_on(future),
        }
    }
}
