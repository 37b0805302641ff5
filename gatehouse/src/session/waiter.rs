//! The waiters of a session, and whom a wake reaches.

use std::sync::{Arc as StdArc, Weak};
use std::task::Waker;

use smallvec::SmallVec;

use super::thread::{self, Wakers};
use crate::collections::Queue;
use crate::sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering};

/// What the loads that an evaluation waits for know of it. Each load answers once.
pub(crate) struct Waiter<L> {
    /// The number of loads that have answered. Written under the lock.
    answered: AtomicUsize,
    pub(super) state: Mutex<WaiterState<L>>,
}

impl<L> Default for Waiter<L> {
    fn default() -> Self {
        Self { answered: AtomicUsize::new(0), state: Mutex::new(WaiterState::default()) }
    }
}

/// The state of a waiter. While the evaluation is parked, it is written under the lock of the set as well.
pub(super) struct WaiterState<L> {
    parked: Option<Parking>,
    pub(super) wake_reason: WakeReason,
    /// The load that polls the evaluation, if there is one.
    outer: Option<Weak<L>>,
    /// Whether that load is of another session.
    is_in_other_session: bool,
}

impl<L> Default for WaiterState<L> {
    fn default() -> Self {
        Self {
            parked: None,
            wake_reason: WakeReason::None,
            outer: None,
            is_in_other_session: false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Parking {
    kind: ParkKind,
    ticket: usize,
    /// The number of loads that it waits for.
    expected: usize,
}

/// The kind of a parked evaluation.
#[derive(Clone, Copy, Debug)]
pub(super) enum ParkKind {
    /// It is woken for the loads of other evaluations, too.
    Helping,
    /// It was often woken for the loads of others in vain, and is woken for them less often.
    Throttled,
    /// A load of the session polls it. It drives nothing: the waiters of that load do.
    Nested,
    /// A task inside a load of the session polls it. Unlike [`Nested`](Self::Nested), it is woken itself when one
    /// of its loads is ready.
    NestedTask,
}

/// The reason why an evaluation was woken before all its loads have answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum WakeReason {
    #[default]
    None,
    /// One of its loads is ready, and has this ticket.
    OwnLoad(usize),
    /// A load is ready that one of its loads waits for, directly or through others.
    InnerLoad,
    /// A load of other evaluations is ready.
    OtherLoad,
}

impl<L> Waiter<L> {
    pub(super) fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }

    /// Sets the load that polls the evaluation, if there is one, which may be of another session.
    pub(super) fn note_outer(&self, load: Option<&StdArc<L>>, is_in_other_session: bool) {
        let outer = load.map(StdArc::downgrade);
        let mut state = self.state.lock();
        state.is_in_other_session = is_in_other_session;
        let former = std::mem::replace(&mut state.outer, outer);
        drop(state);
        drop(former);
    }

    /// Counts the answer of one load. Says whether the evaluation is parked and has all its answers.
    fn answer(&self) -> bool {
        let state = self.state.lock();
        let answered = self.answered() + 1;
        self.answered.store(answered, Ordering::Release);
        state.parked.is_some_and(|parked| answered >= parked.expected)
    }
}

/// The waiters of one session: the evaluations that are parked, and the loads that are ready to be driven.
///
/// # Whom a wake reaches
/// Every evaluation that waits on a session can drive every load in flight on it. A load that can make
/// progress is *ready*: it is listed here, and its wake reaches all its waiters. Perhaps none of them is polled
/// again, while another evaluation needs the load in a way that is not visible here: it may wait for a
/// connection that the load holds. So the wake reaches other evaluations too, and the one that is polled first
/// drives the load (guarantee 8).
///
/// An evaluation that was woken for the loads of others several times and found nothing to drive is
/// *throttled*: others drive those loads. If more than [`MAX_THROTTLED_WOKEN`] are throttled, only the newest
/// and the oldest are woken for others. So n loads cause O(n) polls, and not O(n²). A woken evaluation is in no
/// list until it parks again, so later wakes do not reach it.
///
/// # In which order
/// 1. The waiters of the ready load, in the order in which they came to it.
/// 2. The evaluations that help, those that parked first before the others.
/// 3. The throttled ones: all of them, those that parked first before the others; or of many, the newest and
///    then the oldest.
/// 4. The waiters of loads that wait for the ready one.
///
/// Lock order: the core of a table, a load, this one, a waiter.
pub(crate) struct WaiterSet<L> {
    state: Mutex<State<L>>,
    /// The number of times that all waiters were woken; counted before they are.
    broadcasts: AtomicUsize,
    /// The ticket of the next load that becomes ready. Written under the lock.
    next_ready: AtomicUsize,
}

impl<L> Default for WaiterSet<L> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State(None)),
            broadcasts: AtomicUsize::new(0),
            next_ready: AtomicUsize::new(0),
        }
    }
}

/// Empty until an evaluation is parked or a load is ready: in most sessions neither happens.
pub(super) struct State<L>(Option<Box<Lists<L>>>);

pub(super) struct Lists<L> {
    helping: Queue<Parked<L>>,
    throttled: Queue<Parked<L>>,
    nested: Queue<Parked<L>>,
    nested_task: Queue<Parked<L>>,
    /// Loads that were woken and not driven since.
    pub(super) ready: Queue<StdArc<L>>,
}

impl<L> Default for Lists<L> {
    fn default() -> Self {
        Self {
            helping: Queue::default(),
            throttled: Queue::default(),
            nested: Queue::default(),
            nested_task: Queue::default(),
            ready: Queue::default(),
        }
    }
}

/// A parked evaluation.
struct Parked<L> {
    waker: Waker,
    waiter: Arc<Waiter<L>>,
}

/// The tasks that a wake reaches.
pub(crate) struct Wakes<L> {
    pub(crate) wakers: Wakers,
    /// Loads that wait for the ready one: their waiters are reached as well.
    pub(crate) outer: SmallVec<[Weak<L>; 1]>,
}

impl<L> Default for Wakes<L> {
    fn default() -> Self {
        Self { wakers: Wakers::new(), outer: SmallVec::new() }
    }
}

/// Up to this many throttled evaluations are all woken for others.
const MAX_THROTTLED_WOKEN: usize = 16;

impl<L> State<L> {
    fn parked(&mut self, kind: ParkKind) -> &mut Queue<Parked<L>> {
        let lists = self.lists();
        match kind {
            ParkKind::Helping => &mut lists.helping,
            ParkKind::Throttled => &mut lists.throttled,
            ParkKind::Nested => &mut lists.nested,
            ParkKind::NestedTask => &mut lists.nested_task,
        }
    }

    pub(super) fn lists(&mut self) -> &mut Lists<L> {
        self.0.get_or_insert_default()
    }

    /// Whether a load with an older ticket than this one is ready.
    pub(super) fn is_any_ready_before(&mut self, ticket: usize) -> bool {
        self.0.as_mut().is_some_and(|lists| lists.ready.is_any_before(ticket))
    }

    pub(super) fn is_any_ready(&self) -> bool {
        self.0.as_ref().is_some_and(|lists| !lists.ready.is_empty())
    }

    /// Removes the oldest ready load, if its ticket is older than this one.
    pub(super) fn pop_ready_before(&mut self, ticket: usize) -> Option<StdArc<L>> {
        self.0.as_mut()?.ready.pop_front_before(ticket)
    }

    /// Parks an evaluation; returns its waker if it has all its answers.
    pub(super) fn park(
        &mut self,
        kind: ParkKind,
        expected: usize,
        waker: Waker,
        waiter: &Arc<Waiter<L>>,
    ) -> Option<Waker> {
        let mut state = waiter.state.lock();
        // Checked under the lock under which answers are counted.
        if waiter.answered() >= expected {
            return Some(waker);
        }
        let parked = Parked { waker, waiter: Arc::clone(waiter) };
        let ticket = self.parked(kind).push(parked);
        state.parked = Some(Parking { kind, ticket, expected });
        None
    }

    /// Unparks an evaluation that waits for a ready load, or for a load that waits for that one.
    fn take_waiter(&mut self, waiter: &Waiter<L>, wake_reason: WakeReason, wakes: &mut Wakes<L>) {
        let state = waiter.state.lock();
        let kind = state.parked.map(|parked| parked.kind);
        if let Some(ParkKind::Nested | ParkKind::NestedTask) = kind {
            // Without a parked driver no wake is needed: a driver looks at the ready loads before it parks.
            let reaches = state.is_in_other_session || self.has_drivers();
            wakes.outer.extend(state.outer.clone().filter(|_| reaches));
        }
        drop(state);
        if !matches!(kind, Some(ParkKind::Nested)) {
            wakes.wakers.extend(self.unpark(waiter, wake_reason));
        }
    }

    /// Whether an evaluation that drives loads is parked.
    fn has_drivers(&self) -> bool {
        let drives = |lists: &Lists<L>| {
            [&lists.helping, &lists.throttled, &lists.nested_task]
                .iter()
                .any(|parked| !parked.is_empty())
        };
        self.0.as_deref().is_some_and(drives)
    }

    /// Removes an evaluation from its list, if it is parked: it is woken or polled.
    pub(super) fn unpark(&mut self, waiter: &Waiter<L>, wake_reason: WakeReason) -> Option<Waker> {
        let Parking { kind, ticket, .. } = {
            let mut state = waiter.state.lock();
            let parked = state.parked.take()?;
            state.wake_reason = wake_reason;
            parked
        };
        Some(self.parked(kind).remove(ticket)?.waker)
    }

    /// Unparks the evaluations that are woken for a load of others.
    fn take_helpers(&mut self, wakers: &mut Wakers) {
        let Some(lists) = &mut self.0 else { return };
        while let Some(parked) = lists.helping.pop_front() {
            wakers.push(parked.wake_to_help());
        }
        if lists.throttled.len() <= MAX_THROTTLED_WOKEN {
            wakers.extend(lists.throttled.drain().map(Parked::wake_to_help));
        } else {
            wakers.extend(lists.throttled.pop_back().map(Parked::wake_to_help));
            wakers.extend(lists.throttled.pop_front().map(Parked::wake_to_help));
        }
    }
}

impl<L> Parked<L> {
    fn wake_to_help(self) -> Waker {
        self.unpark(WakeReason::OtherLoad)
    }

    fn unpark(self, wake_reason: WakeReason) -> Waker {
        let mut state = self.waiter.state.lock();
        state.parked = None;
        state.wake_reason = wake_reason;
        drop(state);
        self.waker
    }
}

impl<L> WaiterSet<L> {
    /// The identity of the session.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<L>> {
        self.state.lock()
    }

    /// The number of times that all waiters were woken. An evaluation parks only if it has seen the last one.
    pub(crate) fn broadcasts(&self) -> usize {
        self.broadcasts.load(Ordering::Acquire)
    }

    /// The ticket of the next load that becomes ready.
    pub(super) fn next_ready(&self) -> usize {
        // Relaxed: a ready load that is missed here is found under the lock when the evaluation parks.
        self.next_ready.load(Ordering::Relaxed)
    }

    /// Adds a load to the ready ones; returns its ticket.
    pub(crate) fn add_ready(&self, load: StdArc<L>) -> usize {
        self.push_ready(&mut self.lock(), load)
    }

    fn push_ready(&self, state: &mut State<L>, load: StdArc<L>) -> usize {
        let ready = &mut state.lists().ready;
        let ticket = ready.push(load);
        self.next_ready.store(ready.next(), Ordering::Relaxed);
        ticket
    }

    /// Removes a load from the ready ones: it is driven, or over.
    pub(crate) fn remove_ready(&self, ticket: usize) {
        let load = self.lock().lists().ready.remove(ticket);
        drop(load);
    }

    /// Adds a load to the ready ones, and returns its ticket; unparks its waiters, and others.
    pub(crate) fn take_for_ready<'w>(
        &self,
        load: StdArc<L>,
        waiters: impl Iterator<Item = &'w Arc<Waiter<L>>>,
        wakes: &mut Wakes<L>,
    ) -> usize
    where
        L: 'w,
    {
        let mut state = self.lock();
        let ticket = self.push_ready(&mut state, load);
        for waiter in waiters {
            state.take_waiter(waiter, WakeReason::OwnLoad(ticket), wakes);
        }
        state.take_helpers(&mut wakes.wakers);
        ticket
    }

    /// Unparks the waiters of a load that waits for a ready one.
    pub(crate) fn take_waiters_of_outer<'w>(
        &self,
        waiters: impl Iterator<Item = &'w Arc<Waiter<L>>>,
        wakes: &mut Wakes<L>,
    ) where
        L: 'w,
    {
        let mut state = self.lock();
        for waiter in waiters {
            state.take_waiter(waiter, WakeReason::InnerLoad, wakes);
        }
    }

    /// Unparks the evaluations that can drive the loads of others.
    pub(crate) fn take_helpers(&self, wakers: &mut Wakers) {
        self.lock().take_helpers(wakers);
    }

    /// Unparks all evaluations.
    pub(crate) fn take_all(&self, wakers: &mut Wakers) {
        self.broadcasts.fetch_add(1, Ordering::Release);
        let mut state = self.lock();
        let Some(Lists { helping, throttled, nested, nested_task, .. }) = state.0.as_deref_mut()
        else {
            return;
        };
        for parked in [helping, throttled, nested, nested_task] {
            wakers.extend(parked.drain().map(|parked| parked.unpark(WakeReason::None)));
        }
    }

    /// Wakes all waiters.
    pub(crate) fn wake(&self) {
        let mut wakers = Wakers::new();
        self.take_all(&mut wakers);
        thread::wake_all(wakers);
    }

    /// Answers these waiters for one load, in their order; wakes those that have all their answers.
    pub(crate) fn answer(&self, waiters: impl Iterator<Item = Arc<Waiter<L>>>) {
        let mut wakers = Wakers::new();
        for waiter in waiters {
            if waiter.answer() {
                wakers.extend(self.lock().unpark(&waiter, WakeReason::None));
            }
        }
        thread::wake_all(wakers);
    }
}
