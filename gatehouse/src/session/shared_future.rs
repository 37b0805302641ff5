//! A future that whoever waits for it can drive, one at a time: a load in flight.

use std::collections::HashSet;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, Wake, Waker};

use super::batches::BatchId;
use super::links;
use super::thread::{self, BoxFuture, Polling};
use super::waiter;
use crate::collections::Queue;
use crate::fact::FactError;
use crate::sync::{Arc, Mutex};
use crate::unwind;

/// An evaluation, as the loads that it waits for know it.
pub(super) type Waiter = waiter::Waiter<SharedFuture>;

/// Those who wait on one session.
pub(crate) type WaiterSet = waiter::WaiterSet<SharedFuture>;

/// What evaluations inside one load wait for.
type Links = links::Links<SharedFuture>;

/// Those whom a wake reaches.
type Woken = waiter::Woken<SharedFuture>;

/// Where what a load comes to is kept.
pub(crate) trait LoadOwner: Send + Sync {
    /// The fact that is loaded.
    fn fact(&self) -> &'static str;

    /// The load of this batch fails, unless it has ended by itself.
    fn fail(&self, batch: BatchId, error: &FactError);

    /// The load of this batch is over: it ended or panicked, or was failed.
    fn finish(&self, batch: BatchId);
}

/// A batch of keys, and whose it is.
pub(crate) struct Owned {
    pub(crate) owner: StdArc<dyn LoadOwner>,
    pub(crate) batch: BatchId,
}

/// A future that belongs to nobody: any task may call [`drive`](SharedFuture::drive), and exactly one
/// call sees it end.
///
/// # Wakes
/// A wake is noted first, and then reaches those who wait for the future, and some of the others on
/// the session; see [`WaiterSet`]. One that comes while the future is polled is made behind the poll.
///
/// # Cancel safety
/// No lock is held while the future runs, and no task owns it: a driver that goes away between two
/// polls leaves it where every other driver finds it.
///
/// # Who holds whom
/// It is the waker of its future, which may hold it: whoever gives up one that has not ended must
/// [`cancel`](SharedFuture::cancel) it, or neither is ever dropped.
pub(crate) struct SharedFuture {
    /// What it loads; `None` if it is no load, and everybody on the session waits for it.
    loads: Option<Owned>,
    state: Mutex<State>,
    /// Everybody who could drive it.
    everybody: Arc<WaiterSet>,
    /// What it waits for.
    links: Links,
}

struct State {
    future: PollState,
    /// How often it was polled.
    polls: u64,
    /// Whether there was a wake since the last poll.
    woken: bool,
    /// Its ticket among those that are ready, since it was put there.
    ready: Option<usize>,
    /// Who waits for it, in the order in which they came.
    waiters: Queue<Arc<Waiter>>,
}

/// Where the future is.
enum PollState {
    /// It is not made yet: what is loaded is not known to the last key.
    Unstarted,
    /// At rest, to be polled by whoever comes first after a wake.
    Idle(BoxFuture<()>),
    /// A driver polls it right now.
    Polling,
    /// It is over, or nobody waits for it any more.
    Done,
}

impl PollState {
    /// It is over. Gives the future, to be dropped outside of the lock.
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
        // Noted first: who is woken finds it.
        state.woken = true;
        // While it is polled, its driver makes the wake behind the poll.
        if matches!(state.future, PollState::Idle(_)) {
            let woken = self.collect_woken(&mut state);
            drop(state);
            wake(woken);
        }
    }
}

impl SharedFuture {
    /// The load of a batch, which is [started](SharedFuture::start) later.
    pub(crate) fn load(loads: Owned, everybody: Arc<WaiterSet>) -> StdArc<Self> {
        Self::make(Some(loads), PollState::Unstarted, everybody)
    }

    /// A future that everybody on the session waits for, and that nobody has polled yet.
    pub(crate) fn of_everybody(future: BoxFuture<()>, everybody: Arc<WaiterSet>) -> StdArc<Self> {
        Self::make(None, PollState::Idle(future), everybody)
    }

    fn make(loads: Option<Owned>, future: PollState, everybody: Arc<WaiterSet>) -> StdArc<Self> {
        let state = State { future, polls: 0, woken: true, ready: None, waiters: Queue::default() };
        StdArc::new(Self { loads, state: Mutex::new(state), everybody, links: Links::default() })
    }

    /// The future is there, to be driven.
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

    /// One more waits for it. Gives the ticket with which it can leave.
    pub(crate) fn join(&self, waiter: Arc<Waiter>) -> usize {
        self.state.lock().waiters.push(waiter)
    }

    /// One waits for it no more.
    pub(crate) fn leave(&self, ticket: usize) {
        let waiter = self.state.lock().waiters.remove(ticket);
        drop(waiter);
    }

    /// Puts it among those that are ready to be driven, and wakes those who wait for it. Whoever calls this
    /// sees to it that it is driven.
    pub(crate) fn make_ready(self: &StdArc<Self>) {
        let mut state = self.state.lock();
        if state.woken && state.ready.is_none() && matches!(state.future, PollState::Idle(_)) {
            let mut woken = Woken::default();
            state.ready = Some(self.everybody.add_ready(StdArc::clone(self)));
            self.everybody.take_below(state.waiters.iter(), &mut woken);
            drop(state);
            wake(woken);
        }
    }

    /// Notes that it is ready, unless that is noted; collects whom the wake reaches.
    fn collect_woken(self: &StdArc<Self>, state: &mut State) -> Woken {
        let mut woken = Woken::default();
        if self.loads.is_none() {
            self.everybody.take_everybody(&mut woken.wakers);
        } else if state.ready.is_some() {
            self.everybody.take_others(&mut woken.wakers);
        } else {
            let load = StdArc::clone(self);
            state.ready = Some(self.everybody.take_for(load, state.waiters.iter(), &mut woken));
        }
        woken
    }

    /// A load that it waits for is ready: collects who waits for this one.
    fn collect_below(&self, woken: &mut Woken) {
        self.everybody.take_below(self.state.lock().waiters.iter(), woken);
    }

    /// Polls the future once, if it was woken and nobody else polls it. If it is over then, answers
    /// everybody who waits for it, in the order in which they came, and says so; every other call
    /// gives `false`.
    ///
    /// Once, rather than until nothing woke it: a self-waking future wants to yield to the executor.
    pub(crate) fn drive(self: &StdArc<Self>) -> bool {
        let Some((future, poll)) = self.take_turn() else { return false };
        let is_over = self.poll(future, poll);
        if is_over {
            self.finish();
        }
        is_over
    }

    fn finish(&self) {
        if let Some(Owned { owner, batch }) = &self.loads {
            owner.finish(*batch);
        }
        let waiters = self.state.lock().waiters.drain();
        self.everybody.answer(waiters);
    }

    /// Polls the future, for so many times by now; says whether it is over.
    fn poll(self: &StdArc<Self>, mut future: BoxFuture<()>, poll: u64) -> bool {
        let waker = Waker::from(StdArc::clone(self));
        // A future that ended is dropped inside, so that a panic of its destructor is caught.
        let polled =
            self.is_polled(poll, || match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(()) => None,
                Poll::Pending => Some(future),
            });
        match polled {
            Some(Some(future)) => {
                self.put_back(future);
                false
            }
            Some(None) | None => self.complete(),
        }
    }

    /// Runs `poll` while the thread knows what it polls; `None` if it panics.
    fn is_polled<T>(self: &StdArc<Self>, number: u64, poll: impl FnOnce() -> T) -> Option<T> {
        let _polling = match &self.loads {
            Some(_) => {
                let load: StdArc<Self> = StdArc::clone(self);
                Polling::begin(self.everybody.address(), number, load)
            }
            None => Polling::nothing(),
        };
        unwind::catch(poll)
    }

    /// The future, if it is to be polled now, and the number of that poll.
    fn take_turn(&self) -> Option<(BoxFuture<()>, u64)> {
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
            // The wake is for its driver, who finds it behind the poll.
            other => {
                state.future = other;
                None
            }
        }
    }

    /// It is not among those that are ready any more.
    fn forget_ready(&self, state: &mut State) {
        if let Some(ticket) = state.ready.take() {
            self.everybody.remove_ready(ticket);
        }
    }

    fn put_back(self: &StdArc<Self>, future: BoxFuture<()>) {
        let mut state = self.state.lock();
        if !matches!(state.future, PollState::Polling) {
            // Cancelled meanwhile, or failed.
            drop(state);
            thread::discard(future);
            return;
        }
        state.future = PollState::Idle(future);
        if state.woken {
            let woken = self.collect_woken(&mut state);
            drop(state);
            wake(woken);
        }
    }

    /// The future has ended; `false` if it was over before.
    fn complete(&self) -> bool {
        let was = std::mem::replace(&mut self.state.lock().future, PollState::Done);
        matches!(was, PollState::Polling)
    }

    /// Drops the future, or lets its driver drop it: nobody waits for it any more.
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
    /// The fact that it loads.
    pub(crate) fn fact(&self) -> &'static str {
        self.loads.as_ref().map_or("", |loads| loads.owner.fact())
    }

    /// What it waits for.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// Whether its future is polled with this waker, and not one of something inside of it.
    pub(crate) fn is_waker(self: &StdArc<Self>, waker: &Waker) -> bool {
        // By what it wakes: there can be several tables of functions for one type.
        waker.data() == StdArc::as_ptr(self).cast()
    }

    /// Whether it is a load of this session.
    pub(crate) fn is_of(&self, session: &WaiterSet) -> bool {
        self.everybody.address() == session.address()
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state.lock().future, PollState::Done)
    }

    /// It fails, unless it has ended by itself. It is over only when it is [ended](SharedFuture::end).
    pub(crate) fn fail(&self, error: &FactError) {
        if let Some(Owned { owner, batch }) = &self.loads {
            owner.fail(*batch, error);
        }
    }

    /// It is over, and answers everybody who waits for it. Gives its future, unless a driver has it, who
    /// then drops it.
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

/// The load that the thread polls, the innermost one.
pub(super) fn polled_load() -> Option<StdArc<SharedFuture>> {
    thread::polled_load()?.downcast().ok()
}

/// Makes a wake: it reaches those who wait for the load, or for a load that waits for it, and so on, and
/// others.
fn wake(mut woken: Woken) {
    if woken.outer.is_empty() {
        return thread::wake_each(woken.wakers);
    }
    let mut seen = HashSet::new();
    while let Some(outer) = woken.outer.pop() {
        if let Some(outer) = outer.upgrade()
            && seen.insert(StdArc::as_ptr(&outer).addr())
        {
            outer.collect_below(&mut woken);
        }
    }
    thread::wake_each(woken.wakers);
}
