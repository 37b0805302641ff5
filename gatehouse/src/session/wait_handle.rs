//! An evaluation that waits: how it is polled, and what it drives meanwhile.

use std::sync::Arc as StdArc;
use std::task::{Poll, Waker};

use super::shared_future::{SharedFuture, Waiter, WaiterSet, polled_load};
use super::thread::{self, Wakers};
use super::waiter::{Kind, WokenFor};
use crate::sync::Arc;

/// How often an evaluation is woken in vain before it is tired.
const PATIENCE: u8 = 4;

/// How often an evaluation inside of a load tells others that what it waits for is ready.
const MOST_TELLS: u8 = 8;

/// How many loads a thread polls, one inside of the other, where what blocks it is driven all the same.
const MAX_DEPTH: usize = 16;

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
            let helped = drive_ready(everybody, session.next_ready);
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
            drive_ready(session.everybody, session.next_ready);
        } else if self.tells > 0
            && session.everybody.lock().is_any_ready_before(self.left_to_others)
        {
            // What it has begun, or was woken for, is left to whoever drives the outer load, who may do so
            // for the last time: the others are told, until it is driven.
            self.tells -= 1;
            waker.wake_by_ref();
        }
        let inside = polled_load();
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
        let is_another = inside.is_some_and(|load| !load.is_of(everybody));
        self.waiter.note_inside(inside, is_another);
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

/// Drives every load of a session that was ready before the one with this ticket; says whether there was any.
fn drive_ready(everybody: &WaiterSet, end: usize) -> bool {
    let next = || everybody.lock().pop_ready_before(end);
    let mut helped = false;
    while let Some(load) = next() {
        load.drive();
        helped = true;
    }
    helped
}
