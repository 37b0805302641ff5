//! Cycles of loads: loads that wait for each other, through evaluations that their sources make on a session.
//!
//! An evaluation that is polled inside a load belongs to that load: the load waits for the loads that the
//! evaluation waits for. A load that waits for itself, directly or through others, would never end. So the
//! link that closes a cycle is found when it is made, and every load of the cycle fails.
//!
//! A link is noted before the search. So of two links that are made at the same time, at least one search
//! sees both.

use std::collections::HashSet;
use std::sync::{Arc as StdArc, Weak};

use super::shared_future::SharedFuture;
use super::thread;
use crate::fact::FactError;

/// The load that polls an evaluation, linked to the loads that the evaluation waits for.
#[derive(Default)]
pub(crate) struct OuterLoad {
    load: Option<Weak<SharedFuture>>,
    /// The number of loads that the evaluation waits for.
    targets: usize,
}

impl OuterLoad {
    /// Links `load`, which polls the evaluation with this number, to `targets`, which the evaluation waits
    /// for. Fails all loads of the cycle that this closes.
    pub(crate) fn set(
        &mut self,
        evaluation: usize,
        load: &StdArc<SharedFuture>,
        targets: impl ExactSizeIterator<Item = Weak<SharedFuture>>,
    ) {
        let link = StdArc::downgrade(load);
        let is_known = self.load.as_ref().is_some_and(|known| Weak::ptr_eq(known, &link));
        if is_known && self.targets == targets.len() {
            return;
        }
        self.clear(evaluation);
        self.targets = targets.len();
        let targets: Vec<_> = targets.collect();
        load.links().set(evaluation, targets.clone());
        self.load = Some(link);
        if let Some(cycle) = find_cycle(load, &targets) {
            fail(&cycle);
        }
    }

    /// Removes the link: the evaluation has stopped waiting, or no load polls it.
    #[inline]
    pub(crate) fn clear(&mut self, evaluation: usize) {
        if self.load.is_some() {
            self.unlink(evaluation);
        }
    }

    fn unlink(&mut self, evaluation: usize) {
        if let Some(load) = self.load.take().and_then(|load| load.upgrade()) {
            load.links().remove(evaluation);
        }
    }
}

/// Fails every load of a cycle.
///
/// All results are set first: a load that saw the failure of another could make a value of it. Then all
/// loads are ended. Their futures are dropped last, when no load of the cycle can be abandoned and loaded
/// again.
fn fail(cycle: &[StdArc<SharedFuture>]) {
    let error = FactError::circular(cycle.iter().map(|load| load.fact()));
    for load in cycle {
        load.fail(&error);
    }
    let futures: Vec<_> = cycle.iter().filter_map(|load| load.end()).collect();
    futures.into_iter().for_each(thread::discard);
}

/// The loads that `load` waits for and that are not over.
fn targets_of(load: &SharedFuture) -> Vec<StdArc<SharedFuture>> {
    load.links().targets().filter(|target| !target.is_over()).collect()
}

/// The identity of a load.
fn address(load: &StdArc<SharedFuture>) -> usize {
    StdArc::as_ptr(load).addr()
}

/// A cycle from `start` through one of `targets` back to `start`, if there is one: `start` first, each load
/// waiting for the next.
fn find_cycle(
    start: &StdArc<SharedFuture>,
    targets: &[Weak<SharedFuture>],
) -> Option<Vec<StdArc<SharedFuture>>> {
    // Each with the index of the load that waits for it.
    let mut reached = vec![(StdArc::clone(start), 0)];
    let mut seen = HashSet::new();
    let mut next: Vec<_> = targets.iter().filter_map(Weak::upgrade).collect();
    for at in 0.. {
        for target in next {
            if StdArc::ptr_eq(&target, start) {
                return Some(path_to(&reached, at));
            }
            if !target.is_over() && seen.insert(address(&target)) {
                reached.push((target, at));
            }
        }
        next = targets_of(&reached.get(at + 1)?.0);
    }
    None
}

/// The loads from the first one to the one at this index.
fn path_to(reached: &[(StdArc<SharedFuture>, usize)], mut at: usize) -> Vec<StdArc<SharedFuture>> {
    let mut path = vec![StdArc::clone(&reached[at].0)];
    while at != 0 {
        at = reached[at].1;
        path.push(StdArc::clone(&reached[at].0));
    }
    path.reverse();
    path
}
