//! Where an evaluation waits: one seat each, and a roster of all seats taken.

use std::task::Waker;

use smallvec::SmallVec;

use super::sync::{Arc, Mutex};

/// The one waiter of one evaluation. Each batch that it waits for answers it once.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Batches that have not answered yet.
    open: usize,
    waker: Option<Waker>,
}

impl Seat {
    /// One more batch will answer.
    pub(crate) fn expect_answer(&self) {
        self.state.lock().open += 1;
    }

    /// One batch answers: wakes the evaluation when it was the last.
    pub(crate) fn answer(&self) {
        let waker = {
            let mut state = self.state.lock();
            state.open -= 1;
            if state.open == 0 { state.waker.take() } else { None }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Keeps `waker` for the next wake; says whether every batch has answered already.
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        if state.open == 0 {
            return true;
        }
        if !state.waker.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            state.waker = Some(waker.clone());
        }
        false
    }

    /// Wakes the evaluation, answered or not: a load that it may drive can go on.
    fn rouse(&self) {
        let waker = self.state.lock().waker.clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// All seats taken on one set of sources: who can be woken to drive a load.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    seats: Mutex<SmallVec<[Arc<Seat>; 1]>>,
}

impl Roster {
    pub(crate) fn sit(&self) -> Arc<Seat> {
        let seat = Arc::new(Seat::default());
        self.seats.lock().push(Arc::clone(&seat));
        seat
    }

    pub(crate) fn rise(&self, seat: &Arc<Seat>) {
        self.seats.lock().retain(|taken| !Arc::ptr_eq(taken, seat));
    }

    /// Wakes every waiting evaluation. All of them, because whichever is woken alone may never be
    /// polled again (guarantee 8).
    pub(crate) fn wake_all(&self) {
        let seats = self.seats.lock().clone();
        for seat in seats {
            seat.rouse();
        }
    }
}
