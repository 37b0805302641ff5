//! Wakes, made from a loop.
//!
//! Where a source uses a session itself, the waker of one load wakes another load, and so on: made
//! where they arise, such wakes nest by the number of loads. So a wake that is asked for while this
//! thread makes others is put behind them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

use smallvec::SmallVec;

use super::sync::thread_local;

/// Whom to wake, once no lock is held.
pub(super) type Wakers = SmallVec<[Waker; 4]>;

thread_local! {
    /// What is left to wake, if this thread is at it.
    static LEFT: RefCell<Option<VecDeque<Waker>>> = RefCell::default();
}

/// Wakes all of them, or leaves it to the loop that this thread is in.
pub(super) fn wake_all(wakers: Wakers) {
    if wakers.is_empty() {
        return;
    }
    let mut wakers = Some(wakers);
    // At the end of a thread there is no loop to leave them to.
    let is_left = LEFT.try_with(|left| leave(&mut left.borrow_mut(), &mut wakers)).unwrap_or(false);
    if is_left {
        return;
    }
    wakers.into_iter().flatten().for_each(wake);
    while let Some(waker) = next() {
        wake(waker);
    }
}

/// Leaves the wakers to a loop; without one, this thread is about to begin it.
fn leave(left: &mut Option<VecDeque<Waker>>, wakers: &mut Option<Wakers>) -> bool {
    if let Some(left) = left {
        left.extend(wakers.take().into_iter().flatten());
        return true;
    }
    *left = Some(VecDeque::new());
    false
}

/// The next waker; without one, the loop is over.
fn next() -> Option<Waker> {
    let pop = |left: &RefCell<Option<VecDeque<Waker>>>| {
        let mut left = left.borrow_mut();
        let next = left.as_mut()?.pop_front();
        if next.is_none() {
            *left = None;
        }
        next
    };
    LEFT.try_with(pop).ok().flatten()
}

/// Wakes one. The waker of a broken executor panics, which is no reason to wake nobody else.
fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        std::mem::forget(panic);
    }
}

/// Drops what is a user's, outside every lock. A panic in it is nobody's answer, and what it panics
/// with may panic when it is dropped.
pub(super) fn drop_quietly<T>(what: T) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(move || drop(what))) {
        std::mem::forget(panic);
    }
}
