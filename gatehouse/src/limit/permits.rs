//! Permits to run a load, and how to wait for one.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::drive::Drive;
use super::outermost::{Outermost, request_drive};
use super::wait_queue::{MAX_VAIN_WAKES, WaitQueue};
use crate::session::{Wakers, wake_all};
use crate::sync::Mutex;

/// The permits of a limiter. As many loads may run at a time; others wait.
///
/// A permit is never assigned to a waiter: a free one is taken by the caller that is polled first. So a
/// waiter that is not polled holds up nobody.
///
/// # No wake is lost
/// There is *something to do* while a permit is free or a load is ready. When that begins, waiters are
/// woken (see [`WaitQueue`]). A woken waiter looks for something to do when it is polled, and is not
/// parked again while there is something. A woken waiter that is dropped wakes the next
/// one; so does one that takes a permit while another is free.
///
/// # Lock order
/// The lock of a load, then that of the permits. No lock is held while a waker is cloned, woken or
/// dropped, nor while a load is polled or dropped.
pub(super) struct Permits {
    state: Mutex<State>,
}

struct State {
    free: usize,
    queue: WaitQueue,
    /// The loads that hold a permit, were woken, and are not being polled.
    ready: BTreeMap<u64, Arc<dyn Drive>>,
    /// The last number that a waiter or a load got.
    last_number: u64,
}

impl State {
    fn is_something_to_do(&self) -> bool {
        self.free > 0 || !self.ready.is_empty()
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}

/// Permission to run one load. Dropping it frees it.
pub(super) struct Permit {
    permits: Arc<Permits>,
    /// The number of the load.
    number: u64,
}

impl Permit {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut wakers = Wakers::new();
        {
            let mut state = self.permits.state.lock();
            state.free += 1;
            state.queue.take_next(&mut wakers);
        }
        wake_all(wakers);
    }
}

impl Permits {
    pub(super) fn new(free: usize) -> Arc<Self> {
        let (queue, ready) = (WaitQueue::default(), BTreeMap::new());
        Arc::new(Self { state: Mutex::new(State { free, queue, ready, last_number: 0 }) })
    }

    /// Waits for a permit. Meanwhile it drives the loads that hold one.
    pub(super) fn acquire(self: &Arc<Self>) -> Acquire<'_> {
        Acquire { permits: self, waiter: None }
    }

    /// Lists a load as ready, which holds a permit and was woken. Adds the wakers of waiters to `wakers`.
    pub(super) fn make_ready(&self, number: u64, load: Arc<dyn Drive>, wakers: &mut Wakers) {
        let mut state = self.state.lock();
        state.ready.insert(number, load);
        state.queue.take_next(wakers);
    }

    /// Takes out a load that is polled now, or over. The caller drops it without a lock.
    #[must_use]
    pub(super) fn take_ready(&self, number: u64) -> Option<Arc<dyn Drive>> {
        self.state.lock().ready.remove(&number)
    }

    /// The identity of the limiter.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Drives each ready load, unless this thread is inside such a load: then it asks the outermost caller on
    /// this thread to do so (see [`outermost`](super::outermost)).
    fn drive_ready(&self) -> Driven {
        if self.state.lock().ready.is_empty() {
            return Driven::None;
        }
        if let Some(_outermost) = Outermost::begin(self.address()) {
            self.drive_all();
            return Driven::All;
        }
        request_drive(self.address());
        Driven::Requested
    }

    /// Drives each ready load, for the outermost caller. Polls it once only: a load that wakes itself
    /// wants to yield to the executor.
    pub(super) fn drive_all(&self) {
        let (mut last, end) = (0, self.state.lock().last_number);
        while let Some((number, load)) = self.next_ready(last, end) {
            load.drive();
            last = number;
        }
    }

    fn next_ready(&self, last: u64, end: u64) -> Option<(u64, Arc<dyn Drive>)> {
        if last >= end {
            return None;
        }
        let mut state = self.state.lock();
        let range = (Bound::Excluded(last), Bound::Included(end));
        let number = *state.ready.range(range).next()?.0;
        let load = state.ready.remove(&number)?;
        Some((number, load))
    }

    fn permit(self: &Arc<Self>, number: u64) -> Permit {
        Permit { permits: Arc::clone(self), number }
    }

    /// Takes a permit if one is free and nobody waits. Otherwise joins the queue.
    fn enter(self: &Arc<Self>) -> Result<Permit, Waiter> {
        let mut state = self.state.lock();
        let number = state.next_number();
        if state.free > 0 && state.queue.is_empty() {
            state.free -= 1;
            return Ok(self.permit(number));
        }
        state.queue.enter();
        Err(Waiter { number, vain_wakes: 0, lets_others_first: state.free > 0 })
    }

    /// Takes a permit if one is free. Otherwise parks the waiter.
    fn take_or_park(
        self: &Arc<Self>,
        waiter: &mut Waiter,
        driven: Driven,
        waker: Waker,
    ) -> Option<Permit> {
        let (number, mut wakers) = (waiter.number, Wakers::new());
        let mut state = self.state.lock();
        // Dropped at the end, when the lock is released.
        let _former = state.queue.unpark(number);
        let permit = if state.free > 0 {
            state.free -= 1;
            let _ = state.queue.leave(number);
            if state.free > 0 {
                state.queue.take_next(&mut wakers);
            }
            Some(self.permit(number))
        } else {
            let is_left_to_others = matches!(driven, Driven::Requested);
            if state.ready.is_empty() || is_left_to_others {
                let has_driven = matches!(driven, Driven::All);
                waiter.vain_wakes =
                    if has_driven { 0 } else { waiter.vain_wakes.saturating_add(1) };
                state.queue.park(number, waker, waiter.vain_wakes > MAX_VAIN_WAKES);
            } else {
                wakers.push(waker);
            }
            None
        };
        drop(state);
        wake_all(wakers);
        permit
    }

    /// Removes a waiter. If it was woken, passes the wake on.
    fn leave(&self, number: u64) {
        let mut wakers = Wakers::new();
        let mut state = self.state.lock();
        let former = state.queue.leave(number);
        if former.is_none() && state.is_something_to_do() {
            state.queue.take_next(&mut wakers);
        }
        drop(state);
        drop(former);
        wake_all(wakers);
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = self.state.lock().free;
        f.debug_struct("Permits").field("free", &free).finish_non_exhaustive()
    }
}

/// Waits for a permit.
///
/// # Cancel safety
/// Dropping it leaves the queue, and passes a wake on to others.
pub(super) struct Acquire<'p> {
    permits: &'p Arc<Permits>,
    waiter: Option<Waiter>,
}

/// Which ready loads were driven.
#[derive(Clone, Copy)]
enum Driven {
    /// None: no load was ready.
    None,
    /// Each was polled.
    All,
    /// None: the outermost caller on this thread polls them next. If they counted as work
    /// of the present caller, waiters inside loads that wake each other would never be parked.
    Requested,
}

/// One that waits in the queue.
struct Waiter {
    number: u64,
    /// How often in a row it was polled and there was nothing to do.
    vain_wakes: u32,
    /// Whether a permit is free, but others wait already: they are woken, and come first if they are
    /// polled. Otherwise a task that asks again and again would get every permit.
    lets_others_first: bool,
}

impl Future for Acquire<'_> {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit> {
        let permits = self.permits;
        let waiter = match &mut self.waiter {
            Some(waiter) => waiter,
            none => match permits.enter() {
                Ok(permit) => return Poll::Ready(permit),
                Err(waiter) => none.insert(waiter),
            },
        };
        if std::mem::take(&mut waiter.lets_others_first) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let driven = permits.drive_ready();
        let permit = permits.take_or_park(waiter, driven, cx.waker().clone());
        if permit.is_some() {
            self.waiter = None;
        }
        permit.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            self.permits.leave(waiter.number);
        }
    }
}
