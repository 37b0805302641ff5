//! Permits, and turns to wait for one.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::line::{IN_VAIN, Line};
use super::nesting::{Outermost, want_pass};
use super::shared_load::Drive;
use crate::session::{Wakers, wake_each};
use crate::sync::Mutex;

/// So many loads may run at a time; others wait in line.
///
/// A permit is never given to anybody: one that is free is taken by who is polled first. So nobody
/// who waits and is not polled holds up the others.
///
/// # What is never lost
/// There is *something to do* while a permit is free or a load is ready. When it becomes so, those
/// whose turn it is are woken (see [`Line`]). Whoever was woken looks for something to do when it is
/// polled, and is not armed again while there is something; if it is dropped instead, it passes the
/// wake on; and so it does if there is another permit behind the one that it takes.
///
/// # Lock order
/// The lock of a load, then that of the permits. Neither is held while a waker is cloned, woken or
/// dropped, nor while a load is polled or dropped.
pub(super) struct Permits {
    state: Mutex<State>,
}

struct State {
    free: usize,
    line: Line,
    /// Loads that hold a permit, were woken, and are polled by nobody at present.
    ready: BTreeMap<u64, Arc<dyn Drive>>,
    /// The next number: of somebody in line, or of a load.
    next: u64,
}

impl State {
    fn is_something_to_do(&self) -> bool {
        self.free > 0 || !self.ready.is_empty()
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// May run one load, until it is dropped.
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
            state.line.call(&mut wakers);
        }
        wake_each(wakers);
    }
}

impl Permits {
    pub(super) fn new(free: usize) -> Arc<Self> {
        let (line, ready) = (Line::default(), BTreeMap::new());
        Arc::new(Self { state: Mutex::new(State { free, line, ready, next: 0 }) })
    }

    /// Waits for a permit. Meanwhile it drives the loads that hold one.
    pub(super) fn acquire(self: &Arc<Self>) -> Acquire<'_> {
        Acquire { permits: self, waiter: None }
    }

    /// A load that holds a permit can go on. Gives whom to wake beside its owner.
    pub(super) fn make_ready(&self, number: u64, load: Arc<dyn Drive>, wakers: &mut Wakers) {
        let mut state = self.state.lock();
        state.ready.insert(number, load);
        state.line.call(wakers);
    }

    /// A load is polled, or over. Dropped where no lock is held.
    #[must_use]
    pub(super) fn take_ready(&self, number: u64) -> Option<Arc<dyn Drive>> {
        self.state.lock().ready.remove(&number)
    }

    /// Which limiter it is.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Drives each load that is ready, once: one that wakes itself wants its task to go round first.
    ///
    /// A thread that is inside one of these loads only asks for it, see [`nesting`](super::nesting).
    fn drive_ready(&self) -> Driven {
        if self.state.lock().ready.is_empty() {
            return Driven::Nothing;
        }
        if let Some(_outermost) = Outermost::begin(self.address()) {
            self.pass();
            return Driven::Each;
        }
        want_pass(self.address());
        Driven::ByTheOutermost
    }

    /// The same, where the thread is outermost.
    pub(super) fn pass(&self) {
        let (mut last, end) = (0, self.state.lock().next);
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

    /// A permit at once, if there is one and nobody was here before; otherwise a place in line.
    fn enter(self: &Arc<Self>) -> Result<Permit, Waiter> {
        let mut state = self.state.lock();
        let number = state.number();
        if state.free > 0 && state.line.is_empty() {
            state.free -= 1;
            return Ok(self.permit(number));
        }
        state.line.enter();
        Err(Waiter { number, in_vain: 0, lets_others_first: state.free > 0 })
    }

    /// Takes a permit if one is free; otherwise its waker is woken from now on.
    fn take_or_wait(
        self: &Arc<Self>,
        waiter: &mut Waiter,
        driven: Driven,
        waker: Waker,
    ) -> Option<Permit> {
        let (number, mut wakers) = (waiter.number, Wakers::new());
        let mut state = self.state.lock();
        // It is dropped behind the lock.
        let _former = state.line.disarm(number);
        let permit = if state.free > 0 {
            state.free -= 1;
            let _ = state.line.leave(number);
            if state.free > 0 {
                state.line.call(&mut wakers);
            }
            Some(self.permit(number))
        } else {
            let is_left_to_others = matches!(driven, Driven::ByTheOutermost);
            if state.ready.is_empty() || is_left_to_others {
                let has_driven = matches!(driven, Driven::Each);
                waiter.in_vain = if has_driven { 0 } else { waiter.in_vain.saturating_add(1) };
                state.line.arm(number, waker, waiter.in_vain > IN_VAIN);
            } else {
                wakers.push(waker);
            }
            None
        };
        drop(state);
        wake_each(wakers);
        permit
    }

    /// Somebody waits no more, and what it was woken for is left to others.
    fn leave(&self, number: u64) {
        let mut wakers = Wakers::new();
        let mut state = self.state.lock();
        let former = state.line.leave(number);
        if former.is_none() && state.is_something_to_do() {
            state.line.call(&mut wakers);
        }
        drop(state);
        drop(former);
        wake_each(wakers);
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
/// Dropping it leaves the line, and wakes others in its stead.
pub(super) struct Acquire<'p> {
    permits: &'p Arc<Permits>,
    waiter: Option<Waiter>,
}

/// What became of the loads that were ready.
#[derive(Clone, Copy)]
enum Driven {
    /// There were none.
    Nothing,
    /// Each was polled.
    Each,
    /// Whoever is outermost on this thread polls them next. Were the loads inside to wake themselves for
    /// one another meanwhile, they would never rest.
    ByTheOutermost,
}

/// Somebody in line.
struct Waiter {
    number: u64,
    /// How often there was nothing to do.
    in_vain: u32,
    /// Others were here before, and a permit is free: they are woken, and come first if they are
    /// polled. Otherwise a task that asks again and again would have every permit.
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
        let permit = permits.take_or_wait(waiter, driven, cx.waker().clone());
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
