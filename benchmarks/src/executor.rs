//! How futures are run: without a runtime where nothing waits, so that what is measured is the
//! library and not the runtime.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

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
pub fn tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}
