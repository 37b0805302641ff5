//! A shared future: a load in flight, which any of its waiters can drive.

use std::collections::HashSet;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, Wake, Waker};

use super::batches::BatchId;
use super::links;
use super::thread::{self, BoxFuture, PollGuard};
use super::waiter;
use crate::collections::Queue;
use crate::fact::FactError;
use crate::sync::{Arc, Mutex};
use crate::unwind;

/// A waiting evaluation, as its loads know it.
pub(super) type Waiter = waiter::Waiter<SharedFuture>;

/// The waiters of one session.
pub(crate) type WaiterSet = waiter::WaiterSet<SharedFuture>;

/// The loads that the evaluations inside one load wait for.
type Links = links::Links<SharedFuture>;

/// The tasks that a wake reaches.
type Wakes = waiter::Wakes<SharedFuture>;

/// The owner of the results of loads: a table.
pub(crate) trait LoadOwner: Send + Sync {
    /// The fact that is loaded.
    fn fact(&self) -> &'static str;

    /// Sets an error as the result of this batch, unless its load has ended.
    fn fail(&self, batch: BatchId, error: &FactError);

    /// Finishes this batch: its load has ended, panicked or been failed.
    fn finish(&self, batch: BatchId);
}

/// The batch that a load is for, and its owner.
pub(crate) struct LoadTarget {
    pub(crate) owner: StdArc<dyn LoadOwner>,
    pub(crate) batch: BatchId,
}

/// A future that no task owns: any task may call [`drive`](SharedFuture::drive), and exactly one call sees
/// it end.
///
/// # Wakes
/// A wake is noted first, and then reaches the waiters of the future and some others of the session; see
/// [`WaiterSet`]. A wake that comes while the future is polled is made after the poll.
///
/// # Cancel safety
/// No lock is held while the future runs. A driver that goes away between two polls leaves the future to
/// the other drivers.
///
/// # Reference cycles
/// A shared future is the waker of its inner future, which may hold it. Whoever gives up one that has not
/// ended must [`cancel`](SharedFuture::cancel) it, or neither is ever dropped.
pub(crate) struct SharedFuture {
    /// The batch that it loads; `None` for a deadline, which all waiters of the session wait for.
    target: Option<LoadTarget>,
    state: Mutex<State>,
    /// The waiters of the session, which can drive it.
    session: Arc<WaiterSet>,
    /// The loads that it waits for.
    links: Links,
}

struct State {
    future: PollState,
    /// The number of polls so far.
    polls: u64,
    /// Whether it was woken since the last poll.
    woken: bool,
    /// Its ticket among the loads that are ready, while it is one of them.
    ready: Option<usize>,
    /// Its waiters, in the order in which they came.
    waiters: Queue<Arc<Waiter>>,
}

/// The state of the inner future.
enum PollState {
    /// It is not made yet: keys may still be added to the batch.
    Unstarted,
    /// No driver polls it now; the first one after a wake does.
    Idle(BoxFuture<()>),
    /// A driver polls it.
    Polling,
    /// It has ended, or was given up.
    Done,
}

impl PollState {
    /// Gives it up. Returns the future, to be dropped outside the lock.
    fn end(&mut self) -> Option<BoxFuture<()>> {
        match std::mem::replace(self, Self::Done) {
            Self::Idle(future) => Some(future),
            Self::Unstarted | Self::Polling | Self::Done => None,
        }
    }
}

impl Wake for SharedFuture {
    fn wake(self: StdArc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &StdArc<Self>) {
        let mut state = self.state.lock();
        // Noted first, so that the woken task finds it.
        state.woken = true;
        // While it is polled, its driver makes the wake after the poll.
        if matches!(state.future, PollState::Idle(_)) {
            let wakes = self.collect_wakes(&mut state);
            drop(state);
            wake(wakes);
        }
    }
}

impl SharedFuture {
    /// The load of a batch, which is [started](SharedFuture::start) later.
    pub(crate) fn load(target: LoadTarget, session: Arc<WaiterSet>) -> StdArc<Self> {
        Self::new(Some(target), PollState::Unstarted, session)
    }

    /// A future that all waiters of the session wait for: a deadline.
    pub(crate) fn for_session(future: BoxFuture<()>, session: Arc<WaiterSet>) -> StdArc<Self> {
        Self::new(None, PollState::Idle(future), session)
    }

    fn new(target: Option<LoadTarget>, future: PollState, session: Arc<WaiterSet>) -> StdArc<Self> {
        let state = State { future, polls: 0, woken: true, ready: None, waiters: Queue::default() };
        StdArc::new(Self { target, state: Mutex::new(state), session, links: Links::default() })
    }

    /// Sets the inner future, to be driven from now on.
    pub(crate) fn start(&self, future: BoxFuture<()>) {
        let mut state = self.state.lock();
        if matches!(state.future, PollState::Unstarted) {
            state.future = PollState::Idle(future);
        } else {
            // Cancelled meanwhile.
            drop(state);
            thread::discard(future);
        }
    }

    /// Adds a waiter. Returns its ticket.
    pub(crate) fn add_waiter(&self, waiter: Arc<Waiter>) -> usize {
        self.state.lock().waiters.push(waiter)
    }

    /// Removes the waiter with this ticket.
    pub(crate) fn remove_waiter(&self, ticket: usize) {
        let waiter = self.state.lock().waiters.remove(ticket);
        drop(waiter);
    }

    /// Adds it to the loads that are ready to be driven, and wakes its waiters. The caller is responsible for
    /// its being driven.
    pub(crate) fn make_ready(self: &StdArc<Self>) {
        let mut state = self.state.lock();
        if state.woken && state.ready.is_none() && matches!(state.future, PollState::Idle(_)) {
            let mut wakes = Wakes::default();
            state.ready = Some(self.session.add_ready(StdArc::clone(self)));
            self.session.take_waiters_of_outer(state.waiters.iter(), &mut wakes);
            drop(state);
            wake(wakes);
        }
    }

    /// Adds it to the loads that are ready, unless it is one; collects the tasks that the wake reaches.
    fn collect_wakes(self: &StdArc<Self>, state: &mut State) -> Wakes {
        let mut wakes = Wakes::default();
        if self.target.is_none() {
            self.session.take_all(&mut wakes.wakers);
        } else if state.ready.is_some() {
            self.session.take_helpers(&mut wakes.wakers);
        } else {
            let load = StdArc::clone(self);
            state.ready = Some(self.session.take_for_ready(load, state.waiters.iter(), &mut wakes));
        }
        wakes
    }

    /// A load that it waits for is ready: collects its own waiters.
    fn collect_outer_wakes(&self, wakes: &mut Wakes) {
        self.session.take_waiters_of_outer(self.state.lock().waiters.iter(), wakes);
    }

    /// Polls the future once, if it was woken and no other driver polls it. If that ends it, answers its
    /// waiters, in the order in which they came, and returns `true`; every other call returns `false`.
    ///
    /// It polls once rather than until `Pending` without a wake: a self-waking future wants to yield to the
    /// executor.
    pub(crate) fn drive(self: &StdArc<Self>) -> bool {
        let Some((future, poll)) = self.begin_poll() else { return false };
        let is_over = self.poll(future, poll);
        if is_over {
            self.finish();
        }
        is_over
    }

    fn finish(&self) {
        if let Some(LoadTarget { owner, batch }) = &self.target {
            owner.finish(*batch);
        }
        let waiters = self.state.lock().waiters.drain();
        self.session.answer(waiters);
    }

    /// Polls the future; `poll` is the number of the poll. Says whether it is over.
    fn poll(self: &StdArc<Self>, mut future: BoxFuture<()>, poll: u64) -> bool {
        let waker = Waker::from(StdArc::clone(self));
        // A future that has ended is dropped inside the closure, so that a panic of its destructor is caught.
        let polled = self.with_poll_noted(poll, || {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(()) => None,
                Poll::Pending => Some(future),
            }
        });
        match polled {
            Some(Some(future)) => {
                self.end_poll(future);
                false
            }
            Some(None) | None => self.complete(),
        }
    }

    /// Runs `poll` while the thread is marked as polling this load; `None` if it panics.
    fn with_poll_noted<T>(self: &StdArc<Self>, number: u64, poll: impl FnOnce() -> T) -> Option<T> {
        let _polling = match &self.target {
            Some(_) => {
                let load: StdArc<Self> = StdArc::clone(self);
                PollGuard::begin(self.session.address(), number, load)
            }
            None => PollGuard::outside_loads(),
        };
        unwind::catch(poll)
    }

    /// Takes the future, if it is to be polled now, and the number of that poll.
    fn begin_poll(&self) -> Option<(BoxFuture<()>, u64)> {
        let mut state = self.state.lock();
        self.forget_ready(&mut state);
        if !state.woken {
            return None;
        }
        match std::mem::replace(&mut state.future, PollState::Polling) {
            PollState::Idle(future) => {
                state.woken = false;
                state.polls += 1;
                Some((future, state.polls))
            }
            // Its driver finds the wake after the poll.
            other => {
                state.future = other;
                None
            }
        }
    }

    /// Removes it from the loads that are ready.
    fn forget_ready(&self, state: &mut State) {
        if let Some(ticket) = state.ready.take() {
            self.session.remove_ready(ticket);
        }
    }

    /// Puts the future back after a poll that did not end it.
    fn end_poll(self: &StdArc<Self>, future: BoxFuture<()>) {
        let mut state = self.state.lock();
        if !matches!(state.future, PollState::Polling) {
            // Cancelled meanwhile, or failed.
            drop(state);
            thread::discard(future);
            return;
        }
        state.future = PollState::Idle(future);
        if state.woken {
            let wakes = self.collect_wakes(&mut state);
            drop(state);
            wake(wakes);
        }
    }

    /// Marks it as done: the future has ended. `false` if it was done before.
    fn complete(&self) -> bool {
        let was = std::mem::replace(&mut self.state.lock().future, PollState::Done);
        matches!(was, PollState::Polling)
    }

    /// Gives it up, because it has no waiters: drops the future, or lets its driver drop it.
    pub(crate) fn cancel(&self) {
        let mut state = self.state.lock();
        self.forget_ready(&mut state);
        let future = state.future.end();
        drop(state);
        if let Some(future) = future {
            thread::discard(future);
        }
    }
}

impl SharedFuture {
    /// The name of the fact that it loads.
    pub(crate) fn fact(&self) -> &'static str {
        self.target.as_ref().map_or("", |target| target.owner.fact())
    }

    /// The loads that it waits for.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// Whether this is the waker with which its future is polled, and not that of a task inside.
    pub(crate) fn is_waker(self: &StdArc<Self>, waker: &Waker) -> bool {
        // Compared by its data, because one type can have several virtual tables.
        waker.data() == StdArc::as_ptr(self).cast()
    }

    /// Whether it is a load of this session.
    pub(crate) fn is_of(&self, session: &WaiterSet) -> bool {
        self.session.address() == session.address()
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state.lock().future, PollState::Done)
    }

    /// Sets an error as its result, unless it has ended. [`end`](SharedFuture::end) ends it.
    pub(crate) fn fail(&self, error: &FactError) {
        if let Some(LoadTarget { owner, batch }) = &self.target {
            owner.fail(*batch, error);
        }
    }

    /// Ends it, and answers its waiters. Returns its future, unless a driver polls it, which then drops it.
    pub(crate) fn end(&self) -> Option<BoxFuture<()>> {
        let mut state = self.state.lock();
        if matches!(state.future, PollState::Done) {
            return None;
        }
        self.forget_ready(&mut state);
        let future = state.future.end();
        drop(state);
        self.finish();
        future
    }
}

/// The innermost load that the thread polls.
pub(super) fn polled_load() -> Option<StdArc<SharedFuture>> {
    thread::polled_load()?.downcast().ok()
}

/// Makes a wake. It reaches the waiters of the load, those of the loads that wait for it, and so on, and the
/// others that were collected.
fn wake(mut wakes: Wakes) {
    if wakes.outer.is_empty() {
        return thread::wake_all(wakes.wakers);
    }
    let mut seen = HashSet::new();
    while let Some(outer) = wakes.outer.pop() {
        if let Some(outer) = outer.upgrade()
            && seen.insert(StdArc::as_ptr(&outer).addr())
        {
            outer.collect_outer_wakes(&mut wakes);
        }
    }
    thread::wake_all(wakes.wakers);
}
