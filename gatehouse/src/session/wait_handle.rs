//! The handle of a waiting evaluation: how it waits, and which loads it drives meanwhile.

use std::sync::Arc as StdArc;
use std::task::{Poll, Waker};

use super::shared_future::{SharedFuture, Waiter, WaiterSet, polled_load};
use super::thread::{self, Wakers};
use super::waiter::{ParkKind, WakeReason};
use crate::sync::Arc;

/// The number of wakes in vain after which an evaluation is throttled.
const MAX_VAIN_WAKES: u8 = 4;

/// The number of times that an evaluation inside a load wakes others because its own loads are ready.
const MAX_RELAYS: u8 = 8;

/// The depth of loads polled inside each other up to which an evaluation that blocks the thread drives loads.
const MAX_NESTED_POLLS: usize = 16;

/// The waiters of a session, as they are when an evaluation is polled.
#[derive(Clone, Copy)]
pub(crate) struct Snapshot<'s> {
    waiters: &'s WaiterSet,
    /// The number of broadcasts by then: a later one came after the driving.
    broadcasts: usize,
    /// Loads that become ready later are left to the next poll, so that a load that wakes itself yields.
    next_ready: usize,
}

impl<'s> Snapshot<'s> {
    pub(crate) fn new(waiters: &'s WaiterSet) -> Self {
        Self { waiters, broadcasts: waiters.broadcasts(), next_ready: waiters.next_ready() }
    }
}

/// The loads that an evaluation waits for.
pub(crate) trait Driver {
    /// Starts those that are not started, and says whether there were any.
    fn start_loads(&mut self) -> bool;

    /// Drives all of them.
    fn drive_loads(&mut self);

    /// Adds them to the loads that are ready to be driven, and wakes their waiters.
    fn mark_loads_ready(&mut self);
}

/// The way in which an evaluation parks.
struct ParkOptions<'l> {
    kind: ParkKind,
    /// Whether it drives ready loads: then it does not park while a load is ready.
    helps: bool,
    /// The load that polls it, if there is one.
    outer: Option<&'l StdArc<SharedFuture>>,
}

/// An evaluation that waits for loads.
pub(crate) struct WaitHandle {
    waiter: Arc<Waiter>,
    /// The number of loads that are to answer.
    expected: usize,
    /// Whether it was ever parked.
    was_parked: bool,
    /// The number of wakes in vain before it is throttled.
    vain_wakes_left: u8,
    /// The poll of an outer load in which it was last polled.
    last_nested_poll: Option<(usize, u64)>,
    /// Ready loads with an older ticket than this one are left to the driver of the outer load.
    delegated_before: usize,
    /// The number of times that it still wakes others for them.
    relays_left: u8,
}

impl WaitHandle {
    pub(crate) fn new() -> Self {
        let waiter = Arc::default();
        Self {
            waiter,
            expected: 0,
            was_parked: false,
            vain_wakes_left: MAX_VAIN_WAKES,
            last_nested_poll: None,
            delegated_before: 0,
            relays_left: MAX_RELAYS,
        }
    }

    /// The identity of the evaluation.
    pub(crate) fn number(&self) -> usize {
        std::ptr::from_ref::<Waiter>(&self.waiter).addr()
    }

    /// Expects the answer of one more load.
    pub(crate) fn add_pending(&mut self) -> Arc<Waiter> {
        self.expected += 1;
        Arc::clone(&self.waiter)
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.waiter.answered() >= self.expected
    }

    /// Ready once every load has answered. Drives loads before: its own ones, then all that are ready on the
    /// session, each once; a load that wakes itself meanwhile is left to the next poll.
    ///
    /// The waker is not registered while driving: most loads end at once, and then neither a waker nor an
    /// entry in the set is needed.
    pub(crate) fn poll(
        &mut self,
        snapshot: Snapshot<'_>,
        waker: &Waker,
        driver: &mut dyn Driver,
    ) -> Poll<()> {
        let waiters = snapshot.waiters;
        let (former, wake_reason) = self.unpark(waiters);
        if let Some(poll) = thread::current_poll(waiters.address()) {
            return self.poll_nested(poll, snapshot, waker, former, driver);
        }
        self.relays_left = MAX_RELAYS;
        if !self.is_answered() {
            if driver.start_loads() {
                driver.drive_loads();
            }
            if let WakeReason::OwnLoad(ticket) = wake_reason {
                let load = waiters.lock().lists().ready.remove(ticket);
                if let Some(load) = load {
                    load.drive();
                }
            }
        }
        // The load that it was woken for is driven, even if it has all its answers.
        let is_help = matches!(wake_reason, WakeReason::OtherLoad);
        if is_help || matches!(wake_reason, WakeReason::InnerLoad) || !self.is_answered() {
            let helped = drive_ready(waiters, snapshot.next_ready);
            self.note_help(is_help, helped);
        }
        if self.is_answered() {
            return Poll::Ready(());
        }
        let kind = if self.vain_wakes_left == 0 { ParkKind::Throttled } else { ParkKind::Helping };
        self.park(snapshot, waker, former, ParkOptions { kind, helps: true, outer: None })
    }

    /// [`poll`](Self::poll) inside the poll of a load. The driver of that load goes on with the ready loads,
    /// so that loads inside loads take no stack in proportion to their number.
    fn poll_nested(
        &mut self,
        poll: (usize, u64),
        snapshot: Snapshot<'_>,
        waker: &Waker,
        former: Option<Waker>,
        driver: &mut dyn Driver,
    ) -> Poll<()> {
        if self.is_answered() {
            return Poll::Ready(());
        }
        let is_again = self.last_nested_poll.replace(poll) == Some(poll);
        let has_begun = driver.start_loads();
        if has_begun {
            driver.mark_loads_ready();
            self.relays_left = MAX_RELAYS;
        }
        if has_begun || former.is_none() {
            self.delegated_before = snapshot.waiters.next_ready();
        }
        // A caller that polls it twice in one poll of the load blocks the thread, and may not return.
        let helps = is_again && thread::polled_depth() <= MAX_NESTED_POLLS;
        if helps {
            driver.drive_loads();
            drive_ready(snapshot.waiters, snapshot.next_ready);
        } else if self.relays_left > 0
            && snapshot.waiters.lock().is_any_ready_before(self.delegated_before)
        {
            // The loads that it has started, or was woken for, are left to the driver of the outer load. That
            // may be its last poll, so others are woken until the loads are driven.
            self.relays_left -= 1;
            waker.wake_by_ref();
        }
        let outer = polled_load();
        let is_task = outer.as_ref().is_none_or(|load| !load.is_waker(waker));
        let kind = if is_task { ParkKind::NestedTask } else { ParkKind::Nested };
        self.park(snapshot, waker, former, ParkOptions { kind, helps, outer: outer.as_ref() })
    }

    /// Unparks it, because it is polled. Returns the registered waker, and the reason of the last wake.
    fn unpark(&mut self, waiters: &WaiterSet) -> (Option<Waker>, WakeReason) {
        if !self.was_parked {
            return (None, WakeReason::None);
        }
        let former = waiters.lock().unpark(&self.waiter, WakeReason::None);
        (former, std::mem::take(&mut self.waiter.state.lock().wake_reason))
    }

    fn note_help(&mut self, is_help: bool, helped: bool) {
        if helped {
            self.vain_wakes_left = MAX_VAIN_WAKES;
        } else if is_help {
            self.vain_wakes_left = self.vain_wakes_left.saturating_sub(1);
        }
    }

    /// Parks it with `waker`; wakes it at once if there is a new load to drive.
    fn park(
        &mut self,
        Snapshot { waiters, broadcasts, .. }: Snapshot<'_>,
        waker: &Waker,
        former: Option<Waker>,
        ParkOptions { kind, helps, outer }: ParkOptions<'_>,
    ) -> Poll<()> {
        self.was_parked = true;
        // Cloned before any lock, because cloning is the executor's code.
        let former = former.filter(|former| former.will_wake(waker));
        let waker = former.unwrap_or_else(|| waker.clone());
        let is_in_other_session = outer.is_some_and(|load| !load.is_of(waiters));
        self.waiter.note_outer(outer, is_in_other_session);
        let mut state = waiters.lock();
        if waiters.broadcasts() == broadcasts && (!helps || !state.is_any_ready()) {
            let parked = state.park(kind, self.expected, waker, &self.waiter);
            drop(state);
            // A waker that comes back is dropped outside the lock.
            parked.map_or(Poll::Pending, |_| Poll::Ready(()))
        } else {
            drop(state);
            waker.wake();
            Poll::Pending
        }
    }

    /// Stops waiting. If it was woken and a load is ready, others are woken in its place.
    pub(crate) fn unregister(&mut self, waiters: &WaiterSet) {
        let (waker, wake_reason) = self.unpark(waiters);
        self.was_parked = false;
        drop(waker);
        if !matches!(wake_reason, WakeReason::None) && waiters.lock().is_any_ready() {
            let mut wakers = Wakers::new();
            waiters.take_helpers(&mut wakers);
            thread::wake_all(wakers);
        }
    }
}

/// Drives every ready load of a session whose ticket is older than `end`; says whether there was any.
fn drive_ready(waiters: &WaiterSet, end: usize) -> bool {
    let next = || waiters.lock().pop_ready_before(end);
    let mut helped = false;
    while let Some(load) = next() {
        load.drive();
        helped = true;
    }
    helped
}
