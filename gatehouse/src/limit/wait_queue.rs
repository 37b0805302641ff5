//! The queue of those who wait for a permit: numbers and wakers, not futures.

use std::collections::BTreeMap;
use std::task::Waker;

use crate::session::Wakers;

/// The number of wakes in vain after which a waiter is throttled.
///
/// The model checker has few threads, each of which has to reach every state: with it, all three numbers
/// are smaller.
pub(super) const MAX_VAIN_WAKES: u32 = if cfg!(loom) { 0 } else { 8 };

/// Up to this many throttled waiters are all woken each time.
const MAX_THROTTLED_WOKEN: usize = if cfg!(loom) { 0 } else { 16 };

/// Of more throttled waiters, this many are woken each time.
const THROTTLED_WOKEN: usize = if cfg!(loom) { 1 } else { 4 };

/// Those who wait for a permit, in the order of their numbers.
///
/// A waiter that is woken may never be polled again: it may be the other branch of a `select!`. So a
/// wake reaches all waiters, and the one that is polled first takes the permit. Then all others were
/// woken in vain, and the cost is quadratic in their number. Therefore waiters that were woken in vain
/// too often are *throttled*, and of many throttled ones only the first few are woken.
///
/// A waiter that was woken is not woken again before it was polled: it is in neither map, costs nothing
/// more, and those behind it are next.
#[derive(Default)]
pub(super) struct WaitQueue {
    /// How many wait, woken or not.
    len: usize,
    /// Parked, and woken whenever there is something to do.
    helping: BTreeMap<u64, Waker>,
    /// Parked, and woken when they are among the first.
    throttled: BTreeMap<u64, Waker>,
}

impl WaitQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a waiter, which is not parked yet.
    pub(super) fn enter(&mut self) {
        self.len += 1;
    }

    /// Removes a waiter. Gives its waker, if it was parked.
    pub(super) fn leave(&mut self, number: u64) -> Option<Waker> {
        self.len -= 1;
        self.unpark(number)
    }

    /// Parks a waiter: it is woken by `waker` when it is its turn.
    pub(super) fn park(&mut self, number: u64, waker: Waker, is_throttled: bool) {
        let parked = if is_throttled { &mut self.throttled } else { &mut self.helping };
        parked.insert(number, waker);
    }

    /// Unparks a waiter without waking it. Gives its waker, if it was parked.
    pub(super) fn unpark(&mut self, number: u64) -> Option<Waker> {
        self.helping.remove(&number).or_else(|| self.throttled.remove(&number))
    }

    /// Unparks the waiters that are to be woken, and adds their wakers to `wakers`.
    pub(super) fn take_next(&mut self, wakers: &mut Wakers) {
        let max = if self.throttled.len() <= MAX_THROTTLED_WOKEN {
            MAX_THROTTLED_WOKEN
        } else {
            THROTTLED_WOKEN
        };
        for _ in 0..max {
            let Some((_, waker)) = self.throttled.pop_first() else { break };
            wakers.push(waker);
        }
        wakers.extend(std::mem::take(&mut self.helping).into_values());
    }
}
