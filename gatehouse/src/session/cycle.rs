//! Loads that wait for each other, through evaluations that their sources make on a session.
//!
//! An evaluation that is polled inside a load's poll belongs to that load: the load waits for what the
//! evaluation waits for. A load that waits for itself, directly or round a circle, would never end, so
//! the last link of the circle is found when it is made, and every load of the circle fails.
//!
//! A link is noted before the search. So of two that are made at a time, at least one search sees both.

use std::collections::HashSet;
use std::sync::{Arc as StdArc, Weak};

use super::shared_future::SharedFuture;
use super::thread;
use crate::fact::FactError;

/// The link between the load that an evaluation is inside of, and those that it waits for.
#[derive(Default)]
pub(crate) struct Inside {
    load: Option<Weak<SharedFuture>>,
    /// How many loads the evaluation waits for.
    targets: usize,
}

impl Inside {
    /// The evaluation with this number is inside of `load`, and waits for `targets`. Fails all loads of
    /// the circle that this makes.
    pub(crate) fn enter(
        &mut self,
        evaluation: usize,
        load: &StdArc<SharedFuture>,
        targets: impl ExactSizeIterator<Item = Weak<SharedFuture>>,
    ) {
        let link = StdArc::downgrade(load);
        let is_known = self.load.as_ref().is_some_and(|inside| Weak::ptr_eq(inside, &link));
        if is_known && self.targets == targets.len() {
            return;
        }
        self.leave(evaluation);
        self.targets = targets.len();
        let targets: Vec<_> = targets.collect();
        load.links().set(evaluation, targets.clone());
        self.load = Some(link);
        if let Some(circle) = circle(load, &targets) {
            fail(&circle);
        }
    }

    /// The evaluation waits for nothing any more, or no load polls it.
    #[inline]
    pub(crate) fn leave(&mut self, evaluation: usize) {
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

/// Fails every load of a circle. The failures are put down first, of all: a load that knew of another's
/// would make a value of it. Then all are over. What they wait for is left last, when nobody can give up
/// a load that would be led anew.
fn fail(circle: &[StdArc<SharedFuture>]) {
    let error = FactError::circular(circle.iter().map(|load| load.fact()));
    for load in circle {
        load.fail(&error);
    }
    let futures: Vec<_> = circle.iter().filter_map(|load| load.end()).collect();
    futures.into_iter().for_each(thread::discard);
}

/// The loads that `load` waits for, but those that are over.
fn targets_of(load: &SharedFuture) -> Vec<StdArc<SharedFuture>> {
    load.links().targets().filter(|target| !target.is_over()).collect()
}

/// Where a load is, to tell it from others.
fn address(load: &StdArc<SharedFuture>) -> usize {
    StdArc::as_ptr(load).addr()
}

/// The loads from `start` by way of `targets` back to it, if there is such a way: `start` first, each
/// waiting for the next.
fn circle(
    start: &StdArc<SharedFuture>,
    targets: &[Weak<SharedFuture>],
) -> Option<Vec<StdArc<SharedFuture>>> {
    // Each with the place of the load that waits for it.
    let mut reached = vec![(StdArc::clone(start), 0)];
    let mut seen = HashSet::new();
    let mut next: Vec<_> = targets.iter().filter_map(Weak::upgrade).collect();
    for at in 0.. {
        for target in next {
            if StdArc::ptr_eq(&target, start) {
                return Some(way(&reached, at));
            }
            if !target.is_over() && seen.insert(address(&target)) {
                reached.push((target, at));
            }
        }
        next = targets_of(&reached.get(at + 1)?.0);
    }
    None
}

/// The loads from the first one to the one at this place.
fn way(reached: &[(StdArc<SharedFuture>, usize)], mut at: usize) -> Vec<StdArc<SharedFuture>> {
    let mut way = vec![StdArc::clone(&reached[at].0)];
    while at != 0 {
        at = reached[at].1;
        way.push(StdArc::clone(&reached[at].0));
    }
    way.reverse();
    way
}
