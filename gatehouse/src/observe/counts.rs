//! Counts of rounds and loads, for tests: an evaluation adds its own to each measurement that is open on its
//! thread.

use std::any::TypeId;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::fact::FactKey;

/// How many keys of which fact one call asked for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub(crate) fact: TypeId,
    pub(crate) name: &'static str,
    pub(crate) keys: usize,
}

impl Load {
    /// A call with so many keys of the fact `K`.
    pub(crate) fn of<K: FactKey>(keys: usize) -> Self {
        Self { fact: TypeId::of::<K>(), name: K::NAME, keys }
    }
}

thread_local! {
    /// The measurements that are open on this thread.
    static OPEN: RefCell<Vec<Arc<Mutex<Spent>>>> = const { RefCell::new(Vec::new()) };
}

/// The rounds and loads of the evaluations in a future: made by `measured`.
#[derive(Clone, Debug, Default)]
pub struct Spent {
    /// The rounds of each evaluation that ended.
    rounds: Vec<usize>,
    pub(crate) loads: Vec<Load>,
}

impl Spent {
    /// The rounds of all evaluations, added up.
    pub fn rounds(&self) -> usize {
        self.rounds.iter().sum()
    }

    /// The rounds of each evaluation, in the order in which they ended: of several that ran side by
    /// side, the sum says little.
    pub fn rounds_of_each(&self) -> &[usize] {
        &self.rounds
    }
}

fn note(add: impl Fn(&mut Spent)) {
    OPEN.with_borrow(|open| open.iter().for_each(|spent| add(&mut locked(spent))));
}

/// An evaluation ended, after so many rounds.
pub(crate) fn note_evaluation(rounds: usize) {
    note(|spent| spent.rounds.push(rounds));
}

/// A source was asked for so many keys of the fact `K`.
pub(crate) fn note_load<K: FactKey>(keys: usize) {
    note(|spent| spent.loads.push(Load::of::<K>(keys)));
}

/// Polls `future` while `spent` is open on this thread.
pub(crate) fn within<F: Future>(
    spent: &Arc<Mutex<Spent>>,
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    /// Closes it, even if the future panics.
    struct Close;
    impl Drop for Close {
        fn drop(&mut self) {
            OPEN.with_borrow_mut(Vec::pop);
        }
    }
    OPEN.with_borrow_mut(|open| open.push(Arc::clone(spent)));
    let _close = Close;
    future.poll(cx)
}

/// A test that panicked elsewhere leaves the kit's data whole: each step is one push or one insert.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
