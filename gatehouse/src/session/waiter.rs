//! Who waits on a session, and whom a wake reaches.

use std::sync::{Arc as StdArc, Weak};
use std::task::Waker;

use smallvec::SmallVec;

use super::thread::{self, Wakers};
use crate::collections::Queue;
use crate::sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering};

/// An evaluation, as the loads that it waits for know it: each answers once.
pub(crate) struct Waiter<L> {
    /// How many loads have answered. Written under the lock.
    answered: AtomicUsize,
    pub(super) place: Mutex<Place<L>>,
}

impl<L> Default for Waiter<L> {
    fn default() -> Self {
        Self { answered: AtomicUsize::new(0), place: Mutex::new(Place::default()) }
    }
}

/// Where an evaluation is. While it is parked, this is written under the lock of the set, too.
pub(super) struct Place<L> {
    parked: Option<ParkedAt>,
    pub(super) woken_for: WokenFor,
    /// The load inside of which it is polled, and whether that is one of another session.
    inside: Option<Weak<L>>,
    is_inside_another: bool,
}

impl<L> Default for Place<L> {
    fn default() -> Self {
        Self { parked: None, woken_for: WokenFor::Nothing, inside: None, is_inside_another: false }
    }
}

#[derive(Clone, Copy, Debug)]
struct ParkedAt {
    kind: Kind,
    ticket: usize,
    /// How many loads are to have answered.
    expected: usize,
}

/// How an evaluation is parked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// It is woken for the loads of others, too.
    Helpful,
    /// The same, but it was often woken for them in vain.
    Tired,
    /// A load of the session polls it, so that it drives nothing: those who wait for that load do.
    Inside,
    /// The same, but what polls it is not the load alone: it is woken for what it waits for, too.
    Alone,
}

/// What an evaluation was woken for, beside answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum WokenFor {
    #[default]
    Nothing,
    /// A load that it waits for, by its ticket among those that are ready.
    Own(usize),
    /// A load that a load waits for, and so on, that it waits for.
    Below,
    /// A load that others wait for.
    Others,
}

impl<L> Waiter<L> {
    pub(super) fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }

    /// It is polled inside of this load, if of any, which may be one of another session.
    pub(super) fn note_inside(&self, load: Option<&StdArc<L>>, is_another: bool) {
        let inside = load.map(StdArc::downgrade);
        let mut place = self.place.lock();
        place.is_inside_another = is_another;
        let former = std::mem::replace(&mut place.inside, inside);
        drop(place);
        drop(former);
    }

    /// One load answers. Says whether the evaluation is parked and has all its answers.
    fn answer(&self) -> bool {
        let place = self.place.lock();
        let answered = self.answered() + 1;
        self.answered.store(answered, Ordering::Release);
        place.parked.is_some_and(|parked| answered >= parked.expected)
    }
}

/// Those who wait on one session: the evaluations that are parked, and the loads that are ready to be
/// driven.
///
/// # Whom a wake reaches
/// Whoever waits on a session can drive every load in flight on it. A load that can go on is noted here,
/// and its wake reaches all that wait for it. Any of them may never be polled again, while another
/// evaluation depends on the load in a way that nobody sees: it waits for a connection, say, that the load
/// holds. So the wake reaches the others too, and whichever is polled first drives the load (guarantee 8).
///
/// An evaluation that was woken so and found nothing to drive several times is *tired*: the waiters
/// of those loads are polled. Of many tired ones, only the newest and the oldest are woken for others. So
/// the wakes of n loads cost n polls times a constant, and not the square of n. What is woken and not
/// polled costs nothing more, and is passed over.
///
/// Lock order: the core of a table, a load, this one, a waiter.
pub(crate) struct WaiterSet<L> {
    state: Mutex<State<L>>,
    /// How often everybody was woken. Counted before that.
    broadcasts: AtomicUsize,
    /// The ticket of the load that is ready next. Written under the lock.
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

/// Nothing, until somebody is parked or a load is ready: most sessions get by without.
pub(super) struct State<L>(Option<Box<Lists<L>>>);

pub(super) struct Lists<L> {
    helpful: Queue<Parked<L>>,
    tired: Queue<Parked<L>>,
    inside: Queue<Parked<L>>,
    alone: Queue<Parked<L>>,
    /// Loads that were woken and that nobody came to drive yet.
    pub(super) ready: Queue<StdArc<L>>,
}

impl<L> Default for Lists<L> {
    fn default() -> Self {
        Self {
            helpful: Queue::default(),
            tired: Queue::default(),
            inside: Queue::default(),
            alone: Queue::default(),
            ready: Queue::default(),
        }
    }
}

/// An evaluation that is not polled now.
struct Parked<L> {
    waker: Waker,
    waiter: Arc<Waiter<L>>,
}

/// Those whom a wake reaches.
pub(crate) struct Woken<L> {
    pub(crate) wakers: Wakers,
    /// Loads that wait for the one that is ready: who waits for them is reached, too.
    pub(crate) outer: SmallVec<[Weak<L>; 1]>,
}

impl<L> Default for Woken<L> {
    fn default() -> Self {
        Self { wakers: Wakers::new(), outer: SmallVec::new() }
    }
}

/// So many tired ones are few, and all woken.
const FEW_TIRED: usize = 16;

impl<L> State<L> {
    fn parked(&mut self, kind: Kind) -> &mut Queue<Parked<L>> {
        let lists = self.lists();
        match kind {
            Kind::Helpful => &mut lists.helpful,
            Kind::Tired => &mut lists.tired,
            Kind::Inside => &mut lists.inside,
            Kind::Alone => &mut lists.alone,
        }
    }

    pub(super) fn lists(&mut self) -> &mut Lists<L> {
        self.0.get_or_insert_default()
    }

    /// Whether a load is ready whose ticket is older than this one.
    pub(super) fn is_any_ready_before(&mut self, ticket: usize) -> bool {
        self.0.as_mut().is_some_and(|lists| lists.ready.is_any_before(ticket))
    }

    pub(super) fn is_any_ready(&self) -> bool {
        self.0.as_ref().is_some_and(|lists| !lists.ready.is_empty())
    }

    /// The oldest load that is ready, if its ticket is older than this one.
    pub(super) fn pop_ready_before(&mut self, ticket: usize) -> Option<StdArc<L>> {
        self.0.as_mut()?.ready.pop_front_before(ticket)
    }

    /// Parks an evaluation; gives its waker back if it has all its answers.
    pub(super) fn park(
        &mut self,
        kind: Kind,
        expected: usize,
        waker: Waker,
        waiter: &Arc<Waiter<L>>,
    ) -> Option<Waker> {
        let mut place = waiter.place.lock();
        // Under the lock under which answers are counted.
        if waiter.answered() >= expected {
            return Some(waker);
        }
        let parked = Parked { waker, waiter: Arc::clone(waiter) };
        let ticket = self.parked(kind).push(parked);
        place.parked = Some(ParkedAt { kind, ticket, expected });
        None
    }

    /// Takes an evaluation out that waits for a load that is ready, or for one that waits for that.
    fn take_waiter(&mut self, waiter: &Waiter<L>, woken_for: WokenFor, woken: &mut Woken<L>) {
        let place = waiter.place.lock();
        let kind = place.parked.map(|parked| parked.kind);
        if let Some(Kind::Inside | Kind::Alone) = kind {
            // Whoever could drive, and is not parked, finds the load when it is.
            let reaches = place.is_inside_another || self.has_drivers();
            woken.outer.extend(place.inside.clone().filter(|_| reaches));
        }
        drop(place);
        if !matches!(kind, Some(Kind::Inside)) {
            woken.wakers.extend(self.unpark(waiter, woken_for));
        }
    }

    /// Whether anybody is parked who drives loads.
    fn has_drivers(&self) -> bool {
        let drives = |lists: &Lists<L>| {
            [&lists.helpful, &lists.tired, &lists.alone].iter().any(|parked| !parked.is_empty())
        };
        self.0.as_deref().is_some_and(drives)
    }

    /// Takes an evaluation out, if it is parked: it is woken, or polled.
    pub(super) fn unpark(&mut self, waiter: &Waiter<L>, woken_for: WokenFor) -> Option<Waker> {
        let ParkedAt { kind, ticket, .. } = {
            let mut place = waiter.place.lock();
            let parked = place.parked.take()?;
            place.woken_for = woken_for;
            parked
        };
        Some(self.parked(kind).remove(ticket)?.waker)
    }

    /// Those who are woken for a load that others wait for.
    fn take_others(&mut self, wakers: &mut Wakers) {
        let Some(lists) = &mut self.0 else { return };
        while let Some(parked) = lists.helpful.pop_front() {
            wakers.push(parked.woken_for_others());
        }
        if lists.tired.len() <= FEW_TIRED {
            wakers.extend(lists.tired.drain().map(Parked::woken_for_others));
        } else {
            wakers.extend(lists.tired.pop_back().map(Parked::woken_for_others));
            wakers.extend(lists.tired.pop_front().map(Parked::woken_for_others));
        }
    }
}

impl<L> Parked<L> {
    fn woken_for_others(self) -> Waker {
        self.woken(WokenFor::Others)
    }

    fn woken(self, woken_for: WokenFor) -> Waker {
        let mut place = self.waiter.place.lock();
        place.parked = None;
        place.woken_for = woken_for;
        drop(place);
        self.waker
    }
}

impl<L> WaiterSet<L> {
    /// Tells it from others.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<L>> {
        self.state.lock()
    }

    /// How often everybody was woken. Who does not know of the last time is not parked.
    pub(crate) fn broadcasts(&self) -> usize {
        self.broadcasts.load(Ordering::Acquire)
    }

    /// The ticket of the load that is ready next.
    pub(super) fn next_ready(&self) -> usize {
        // Relaxed: what is ready and not seen is seen when somebody is parked.
        self.next_ready.load(Ordering::Relaxed)
    }

    /// Notes that a load is ready; gives its ticket.
    pub(crate) fn add_ready(&self, load: StdArc<L>) -> usize {
        self.push_ready(&mut self.lock(), load)
    }

    fn push_ready(&self, state: &mut State<L>, load: StdArc<L>) -> usize {
        let ready = &mut state.lists().ready;
        let ticket = ready.push(load);
        self.next_ready.store(ready.next(), Ordering::Relaxed);
        ticket
    }

    /// A load is driven, or over.
    pub(crate) fn remove_ready(&self, ticket: usize) {
        let load = self.lock().lists().ready.remove(ticket);
        drop(load);
    }

    /// Notes that a load is ready, and gives its ticket; takes those who wait for it, and others.
    pub(crate) fn take_for<'w>(
        &self,
        load: StdArc<L>,
        waiters: impl Iterator<Item = &'w Arc<Waiter<L>>>,
        woken: &mut Woken<L>,
    ) -> usize
    where
        L: 'w,
    {
        let mut state = self.lock();
        let ticket = self.push_ready(&mut state, load);
        for waiter in waiters {
            state.take_waiter(waiter, WokenFor::Own(ticket), woken);
        }
        state.take_others(&mut woken.wakers);
        ticket
    }

    /// Takes those who wait for a load that waits for one that is ready.
    pub(crate) fn take_below<'w>(
        &self,
        waiters: impl Iterator<Item = &'w Arc<Waiter<L>>>,
        woken: &mut Woken<L>,
    ) where
        L: 'w,
    {
        let mut state = self.lock();
        for waiter in waiters {
            state.take_waiter(waiter, WokenFor::Below, woken);
        }
    }

    /// Takes the wakers of those who can drive what others wait for.
    pub(crate) fn take_others(&self, wakers: &mut Wakers) {
        self.lock().take_others(wakers);
    }

    /// Takes all wakers.
    pub(crate) fn take_everybody(&self, wakers: &mut Wakers) {
        self.broadcasts.fetch_add(1, Ordering::Release);
        let mut state = self.lock();
        let Some(Lists { helpful, tired, inside, alone, .. }) = state.0.as_deref_mut() else {
            return;
        };
        for parked in [helpful, tired, inside, alone] {
            wakers.extend(parked.drain().map(|parked| parked.woken(WokenFor::Nothing)));
        }
    }

    /// Wakes everybody who waits.
    pub(crate) fn wake(&self) {
        let mut wakers = Wakers::new();
        self.take_everybody(&mut wakers);
        thread::wake_each(wakers);
    }

    /// One load answers these, in their order; wakes those that have all their answers.
    pub(crate) fn answer(&self, waiters: impl Iterator<Item = Arc<Waiter<L>>>) {
        let mut wakers = Wakers::new();
        for waiter in waiters {
            if waiter.answer() {
                wakers.extend(self.lock().unpark(&waiter, WokenFor::Nothing));
            }
        }
        thread::wake_each(wakers);
    }
}
