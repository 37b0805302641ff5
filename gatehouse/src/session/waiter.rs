//! Who waits on a session, and whom a wake reaches.

use std::sync::{Arc as StdArc, Weak};
use std::task::{Poll, Waker};

use smallvec::SmallVec;

use super::queue::Queue;
use super::shared_future::{SharedFuture, Wakers};
use super::sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering};
use super::thread;

/// An evaluation, as the loads that it waits for know it: each answers once.
#[derive(Default)]
pub(crate) struct Waiter {
    /// How many loads have answered. Written under the lock.
    answered: AtomicUsize,
    place: Mutex<Place>,
}

/// Where an evaluation is. While it is parked, this is written under the lock of the set, too.
#[derive(Default)]
struct Place {
    parked: Option<ParkedAt>,
    woken_for: WokenFor,
    /// The load inside of which it is polled, and whether that is one of another session.
    inside: Option<Weak<SharedFuture>>,
    is_inside_another: bool,
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
enum Kind {
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
enum WokenFor {
    #[default]
    Nothing,
    /// A load that it waits for, by its ticket among those that are ready.
    Own(usize),
    /// A load that a load waits for, and so on, that it waits for.
    Below,
    /// A load that others wait for.
    Others,
}

impl Waiter {
    fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }

    /// It is polled inside of this load, if of any.
    fn note_inside(&self, load: Option<&StdArc<SharedFuture>>, everybody: &WaiterSet) {
        let is_another = load.is_some_and(|load| !load.is_of(everybody));
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
#[derive(Default)]
pub(crate) struct WaiterSet {
    state: Mutex<State>,
    /// How often everybody was woken. Counted before that.
    broadcasts: AtomicUsize,
    /// The ticket of the load that is ready next. Written under the lock.
    next_ready: AtomicUsize,
}

/// Nothing, until somebody is parked or a load is ready: most sessions get by without.
#[derive(Default)]
struct State(Option<Box<Lists>>);

#[derive(Default)]
struct Lists {
    helpful: Queue<Parked>,
    tired: Queue<Parked>,
    inside: Queue<Parked>,
    alone: Queue<Parked>,
    /// Loads that were woken and that nobody came to drive yet.
    ready: Queue<StdArc<SharedFuture>>,
}

/// An evaluation that is not polled now.
struct Parked {
    waker: Waker,
    waiter: Arc<Waiter>,
}

/// Those whom a wake reaches.
#[derive(Default)]
pub(crate) struct Woken {
    pub(crate) wakers: Wakers,
    /// Loads that wait for the one that is ready: who waits for them is reached, too.
    pub(crate) outer: SmallVec<[Weak<SharedFuture>; 1]>,
}

/// How often an evaluation is woken in vain before it is tired.
const PATIENCE: u8 = 4;

/// So many tired ones are few, and all woken.
const FEW_TIRED: usize = 16;

/// How often an evaluation inside of a load tells others that what it waits for is ready.
const MOST_TELLS: u8 = 8;

/// How many loads a thread polls, one inside of the other, where what blocks it is driven all the same.
const MAX_DEPTH: usize = 16;

impl State {
    fn parked(&mut self, kind: Kind) -> &mut Queue<Parked> {
        let lists = self.lists();
        match kind {
            Kind::Helpful => &mut lists.helpful,
            Kind::Tired => &mut lists.tired,
            Kind::Inside => &mut lists.inside,
            Kind::Alone => &mut lists.alone,
        }
    }

    fn lists(&mut self) -> &mut Lists {
        self.0.get_or_insert_default()
    }

    /// Whether a load is ready whose ticket is older than this one.
    fn is_any_ready_before(&mut self, ticket: usize) -> bool {
        self.0.as_mut().is_some_and(|lists| lists.ready.is_any_before(ticket))
    }

    fn is_any_ready(&self) -> bool {
        self.0.as_ref().is_some_and(|lists| !lists.ready.is_empty())
    }

    /// The oldest load that is ready, if its ticket is older than this one.
    fn pop_ready_before(&mut self, ticket: usize) -> Option<StdArc<SharedFuture>> {
        self.0.as_mut()?.ready.pop_front_before(ticket)
    }

    /// Parks an evaluation; gives its waker back if it has all its answers.
    fn park(
        &mut self,
        kind: Kind,
        expected: usize,
        waker: Waker,
        waiter: &Arc<Waiter>,
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
    fn take_waiter(&mut self, waiter: &Waiter, woken_for: WokenFor, woken: &mut Woken) {
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
        let drives = |lists: &Lists| {
            [&lists.helpful, &lists.tired, &lists.alone].iter().any(|parked| !parked.is_empty())
        };
        self.0.as_deref().is_some_and(drives)
    }

    /// Takes an evaluation out, if it is parked: it is woken, or polled.
    fn unpark(&mut self, waiter: &Waiter, woken_for: WokenFor) -> Option<Waker> {
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

impl Parked {
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

impl WaiterSet {
    /// Tells it from others.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// How often everybody was woken. Who does not know of the last time is not parked.
    pub(crate) fn broadcasts(&self) -> usize {
        self.broadcasts.load(Ordering::Acquire)
    }

    /// The ticket of the load that is ready next.
    fn next_ready(&self) -> usize {
        // Relaxed: what is ready and not seen is seen when somebody is parked.
        self.next_ready.load(Ordering::Relaxed)
    }

    /// Notes that a load is ready; gives its ticket.
    pub(crate) fn add_ready(&self, load: StdArc<SharedFuture>) -> usize {
        self.push_ready(&mut self.lock(), load)
    }

    fn push_ready(&self, state: &mut State, load: StdArc<SharedFuture>) -> usize {
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
        load: StdArc<SharedFuture>,
        waiters: impl Iterator<Item = &'w Arc<Waiter>>,
        woken: &mut Woken,
    ) -> usize {
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
        waiters: impl Iterator<Item = &'w Arc<Waiter>>,
        woken: &mut Woken,
    ) {
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
    pub(crate) fn answer(&self, waiters: impl Iterator<Item = Arc<Waiter>>) {
        let mut wakers = Wakers::new();
        for waiter in waiters {
            if waiter.answer() {
                wakers.extend(self.lock().unpark(&waiter, WokenFor::Nothing));
            }
        }
        thread::wake_each(wakers);
    }

    /// Drives every load that was ready before the one with this ticket; says whether there was any.
    fn drive_ready(&self, end: usize) -> bool {
        let next = || self.lock().pop_ready_before(end);
        let mut helped = false;
        while let Some(load) = next() {
            load.drive();
            helped = true;
        }
        helped
    }
}

/// Those who wait on a session, as an evaluation finds them when it is polled.
#[derive(Clone, Copy)]
pub(crate) struct Present<'s> {
    everybody: &'s WaiterSet,
    /// How often everybody was woken by then: who drives does not see what comes later.
    seen: usize,
    /// What becomes ready from then on is for the next poll: a load that wakes itself yields.
    next_ready: usize,
}

impl<'s> Present<'s> {
    pub(crate) fn new(everybody: &'s WaiterSet) -> Self {
        Self { everybody, seen: everybody.broadcasts(), next_ready: everybody.next_ready() }
    }
}

/// Who drives the loads of a session.
pub(crate) trait Driver {
    /// Begins the loads that the evaluation waits for, and says whether it did: they are begun once.
    fn begin(&mut self) -> bool;

    /// Drives the loads that the evaluation waits for.
    fn drive_own(&mut self);

    /// Notes that the loads that the evaluation waits for are ready to be driven; wakes who waits for them.
    fn make_own_ready(&mut self);
}

/// How an evaluation is parked.
struct Parking<'l> {
    kind: Kind,
    /// Whether it drives whatever is ready, and so is not parked while something is.
    helps: bool,
    inside: Option<&'l StdArc<SharedFuture>>,
}

/// An evaluation that waits: what the loads know of it, and how many are to answer.
pub(crate) struct WaitHandle {
    waiter: Arc<Waiter>,
    expected: usize,
    /// Whether it was ever parked.
    was_parked: bool,
    /// How often it may be woken in vain.
    patience: u8,
    /// The poll of a load inside of which it was polled last.
    polled_inside: Option<(usize, u64)>,
    /// Loads that are ready with an older ticket than this one are left to whoever drives the outer load.
    left_to_others: usize,
    /// How often others are told of them: each may be woken by what they are told of.
    tells: u8,
}

impl WaitHandle {
    pub(crate) fn new() -> Self {
        let waiter = Arc::default();
        Self {
            waiter,
            expected: 0,
            was_parked: false,
            patience: PATIENCE,
            polled_inside: None,
            left_to_others: 0,
            tells: MOST_TELLS,
        }
    }

    /// Tells it from others.
    pub(crate) fn number(&self) -> usize {
        std::ptr::from_ref::<Waiter>(&self.waiter).addr()
    }

    /// One more load will answer.
    pub(crate) fn add_pending(&mut self) -> Arc<Waiter> {
        self.expected += 1;
        Arc::clone(&self.waiter)
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.waiter.answered() >= self.expected
    }

    /// Whether every load has answered, which may be after some driving: first of those that it waits
    /// for, then of all that are ready on the session. Each once: one that wakes itself meanwhile is
    /// for the next poll.
    ///
    /// The waker is not registered while driving: most loads end at once, and then neither a waker nor
    /// a place in the set is needed.
    pub(crate) fn poll(
        &mut self,
        session: Present<'_>,
        waker: &Waker,
        driver: &mut dyn Driver,
    ) -> Poll<()> {
        let everybody = session.everybody;
        let (former, woken_for) = self.unpark(everybody);
        if let Some(poll) = thread::poll_of_load(everybody.address()) {
            return self.poll_inside(poll, session, waker, former, driver);
        }
        self.tells = MOST_TELLS;
        if !self.is_answered() {
            if driver.begin() {
                driver.drive_own();
            }
            if let WokenFor::Own(ticket) = woken_for {
                let load = everybody.lock().lists().ready.remove(ticket);
                if let Some(load) = load {
                    load.drive();
                }
            }
        }
        // What it was woken for is driven, even if it waits for nothing any more.
        let is_help = matches!(woken_for, WokenFor::Others);
        if is_help || matches!(woken_for, WokenFor::Below) || !self.is_answered() {
            let helped = everybody.drive_ready(session.next_ready);
            self.note_help(is_help, helped);
        }
        if self.is_answered() {
            return Poll::Ready(());
        }
        let kind = if self.patience == 0 { Kind::Tired } else { Kind::Helpful };
        self.park(session, waker, former, Parking { kind, helps: true, inside: None })
    }

    /// The same inside of a load's poll: whoever drives that one goes on with the loads that are ready,
    /// so that loads inside of loads take no stack by their number.
    fn poll_inside(
        &mut self,
        poll: (usize, u64),
        session: Present<'_>,
        waker: &Waker,
        former: Option<Waker>,
        driver: &mut dyn Driver,
    ) -> Poll<()> {
        if self.is_answered() {
            return Poll::Ready(());
        }
        let is_again = self.polled_inside.replace(poll) == Some(poll);
        let has_begun = driver.begin();
        if has_begun {
            driver.make_own_ready();
            self.tells = MOST_TELLS;
        }
        if has_begun || former.is_none() {
            self.left_to_others = session.everybody.next_ready();
        }
        // Whatever polls it twice in one poll of the load may not come back: it blocks the thread.
        let helps = is_again && thread::depth() <= MAX_DEPTH;
        if helps {
            driver.drive_own();
            session.everybody.drive_ready(session.next_ready);
        } else if self.tells > 0
            && session.everybody.lock().is_any_ready_before(self.left_to_others)
        {
            // What it has begun, or was woken for, is left to whoever drives the outer load, who may do so
            // for the last time: the others are told, until it is driven.
            self.tells -= 1;
            waker.wake_by_ref();
        }
        let inside = thread::polled_load();
        let is_alone = inside.as_ref().is_none_or(|load| !load.is_waker(waker));
        let kind = if is_alone { Kind::Alone } else { Kind::Inside };
        self.park(session, waker, former, Parking { kind, helps, inside: inside.as_ref() })
    }

    /// It is polled, so nobody need wake it.
    fn unpark(&mut self, everybody: &WaiterSet) -> (Option<Waker>, WokenFor) {
        if !self.was_parked {
            return (None, WokenFor::Nothing);
        }
        let former = everybody.lock().unpark(&self.waiter, WokenFor::Nothing);
        (former, std::mem::take(&mut self.waiter.place.lock().woken_for))
    }

    fn note_help(&mut self, is_help: bool, helped: bool) {
        if helped {
            self.patience = PATIENCE;
        } else if is_help {
            self.patience = self.patience.saturating_sub(1);
        }
    }

    /// Is woken from now on, by `waker`: at once, if there is something to do since it drove.
    fn park(
        &mut self,
        Present { everybody, seen, .. }: Present<'_>,
        waker: &Waker,
        former: Option<Waker>,
        Parking { kind, helps, inside }: Parking<'_>,
    ) -> Poll<()> {
        self.was_parked = true;
        // Cloned before a lock is taken: it is the executor's code.
        let former = former.filter(|former| former.will_wake(waker));
        let waker = former.unwrap_or_else(|| waker.clone());
        self.waiter.note_inside(inside, everybody);
        let mut state = everybody.lock();
        if everybody.broadcasts() == seen && (!helps || !state.is_any_ready()) {
            let parked = state.park(kind, self.expected, waker, &self.waiter);
            drop(state);
            // The waker is dropped outside of the lock.
            parked.map_or(Poll::Pending, |_| Poll::Ready(()))
        } else {
            drop(state);
            waker.wake();
            Poll::Pending
        }
    }

    /// Waits no more. If it was woken for the loads of others, they are told.
    pub(crate) fn unregister(&mut self, everybody: &WaiterSet) {
        let (waker, woken_for) = self.unpark(everybody);
        self.was_parked = false;
        drop(waker);
        if !matches!(woken_for, WokenFor::Nothing) && everybody.lock().is_any_ready() {
            let mut wakers = Wakers::new();
            everybody.take_others(&mut wakers);
            thread::wake_each(wakers);
        }
    }
}
