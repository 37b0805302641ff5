//! Where an evaluation waits: one seat each, and a roster of the seats of all that are parked.

use std::task::{Poll, Waker};

use smallvec::SmallVec;

use super::sync::{Arc, AtomicUsize, Mutex, Ordering};

/// Where the batches that one evaluation waits for answer, each once.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    /// How many batches have answered. Written under the lock.
    answered: AtomicUsize,
    parked: Mutex<Option<Parked>>,
}

/// An evaluation that is not polled now.
#[derive(Debug)]
struct Parked {
    waker: Waker,
    /// How many batches are to have answered.
    expected: usize,
}

impl Seat {
    /// One batch answers: wakes the evaluation when it was the last.
    pub(crate) fn answer(&self) {
        let woken = {
            let mut parked = self.parked.lock();
            let answered = self.answered() + 1;
            self.answered.store(answered, Ordering::Release);
            parked.take_if(|parked| answered >= parked.expected)
        };
        if let Some(Parked { waker, .. }) = woken {
            waker.wake();
        }
    }

    /// Wakes the evaluation, answered or not: a load that it may drive can go on.
    fn rouse(&self) {
        if let Some(waker) = self.stand_up() {
            waker.wake();
        }
    }

    /// The evaluation is not woken any more.
    fn stand_up(&self) -> Option<Waker> {
        Some(self.parked.lock().take()?.waker)
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }
}

/// An evaluation that waits: its seat, and the batches that are to answer there.
pub(crate) struct Waiting {
    seat: Arc<Seat>,
    expected: usize,
    /// Whether its seat is in the roster.
    seated: bool,
}

impl Waiting {
    pub(crate) fn new() -> Self {
        Self { seat: Arc::default(), expected: 0, seated: false }
    }

    /// One more batch will answer at the seat.
    pub(crate) fn expect_answer(&mut self) -> Arc<Seat> {
        self.expected += 1;
        Arc::clone(&self.seat)
    }

    /// Whether `seat` is that of this evaluation.
    pub(crate) fn is_at(&self, seat: &Arc<Seat>) -> bool {
        Arc::ptr_eq(&self.seat, seat)
    }

    /// Whether every batch has answered, which may be after some driving. `drive` drives what is to be
    /// driven, and says whether there is still time.
    ///
    /// Nobody wakes it while it is at it: most loads answer at once, and who waits for nothing else
    /// needs neither a waker nor a place in the roster.
    pub(crate) fn poll(
        &mut self,
        roster: &Roster,
        waker: &Waker,
        drive: &mut dyn FnMut() -> bool,
    ) -> Poll<bool> {
        // First: what was asked for since the answer is not to be driven yet.
        if self.is_answered() {
            return Poll::Ready(true);
        }
        let former = if self.seated { self.seat.stand_up() } else { None };
        // Noted before it drives: whatever it does not find yet is a wake that it has not seen.
        let seen = roster.wakes();
        if !drive() {
            return Poll::Ready(false);
        }
        if self.is_answered() {
            return Poll::Ready(true);
        }
        if !std::mem::replace(&mut self.seated, true) {
            roster.sit(Arc::clone(&self.seat));
        }
        // Cloned before a lock is taken: it is the executor's code.
        let former = former.filter(|former| former.will_wake(waker));
        self.park(former.unwrap_or_else(|| waker.clone()), seen, roster);
        Poll::Pending
    }

    fn is_answered(&self) -> bool {
        self.seat.answered() >= self.expected
    }

    /// Is woken from now on, by `waker`: at once, if there was a wake or an answer since it drove.
    fn park(&self, waker: Waker, seen: usize, roster: &Roster) {
        let mut parked = self.seat.parked.lock();
        if roster.wakes() == seen && !self.is_answered() {
            *parked = Some(Parked { waker, expected: self.expected });
        } else {
            drop(parked);
            waker.wake();
        }
    }

    /// Waits no more. Its batches know.
    pub(crate) fn rise(&mut self, roster: &Roster) {
        if std::mem::take(&mut self.seated) {
            roster.rise(&self.seat);
        }
    }
}

/// All seats on one set of sources whose evaluations were parked: who can be woken to drive a load.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    seats: Mutex<SmallVec<[Arc<Seat>; 1]>>,
    /// How often all were woken.
    wakes: AtomicUsize,
}

impl Roster {
    fn sit(&self, seat: Arc<Seat>) {
        self.seats.lock().push(seat);
    }

    fn rise(&self, seat: &Arc<Seat>) {
        self.seats.lock().retain(|taken| !Arc::ptr_eq(taken, seat));
    }

    fn wakes(&self) -> usize {
        // What was there to drive before a wake is there for who has seen it.
        self.wakes.load(Ordering::Acquire)
    }

    /// Wakes every waiting evaluation. All of them, because whichever is woken alone may never be
    /// polled again (guarantee 8).
    pub(crate) fn wake_all(&self) {
        // Before any lock is taken: who comes to a lock later than this has seen it.
        self.wakes.fetch_add(1, Ordering::Release);
        let seats = self.seats.lock().clone();
        for seat in seats {
            seat.rouse();
        }
    }
}
