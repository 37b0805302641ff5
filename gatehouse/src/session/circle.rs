//! Loads that wait for each other, through evaluations that their sources make on a session.
//!
//! An evaluation that is polled inside a load's poll belongs to that load: the load waits for what the
//! evaluation waits for. A load that waits for itself, directly or round a circle, would never end, so
//! the last link of the circle is found when it is made, and every load of the circle fails.
//!
//! A link is noted before the search. So of two that are made at a time, at least one search sees both.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::{Arc as StdArc, Weak};
use std::task::Wake;

use super::shared_future::SharedFuture;
use super::sync::Mutex;
use crate::fact::FactError;

/// What evaluations inside one load wait for. Few loads have any, and then there is nothing here.
#[derive(Default)]
pub(crate) struct Links(Mutex<Option<Box<Targets>>>);

/// The loads that evaluations wait for, by the numbers of the evaluations.
type Targets = BTreeMap<usize, Vec<Weak<SharedFuture>>>;

impl Links {
    fn targets(&self) -> Vec<StdArc<SharedFuture>> {
        let links = self.0.lock();
        links.iter().flat_map(|links| links.values()).flatten().filter_map(Weak::upgrade).collect()
    }

    fn set(&self, evaluation: usize, targets: Vec<Weak<SharedFuture>>) {
        let former = self.0.lock().get_or_insert_default().insert(evaluation, targets);
        drop(former);
    }

    fn remove(&self, evaluation: usize) {
        let former = self.0.lock().as_mut().and_then(|links| links.remove(&evaluation));
        drop(former);
    }
}

/// The link between the load that an evaluation is inside of, and those that it waits for.
#[derive(Default)]
pub(crate) struct Inside {
    load: Option<Weak<SharedFuture>>,
}

impl Inside {
    /// The evaluation with this number is inside of `load`, and waits for `targets`. Fails all loads of
    /// the circle that this makes.
    pub(crate) fn enter(
        &mut self,
        evaluation: usize,
        load: &StdArc<SharedFuture>,
        targets: impl FnOnce() -> Vec<Weak<SharedFuture>>,
    ) {
        let link = StdArc::downgrade(load);
        if self.load.as_ref().is_some_and(|inside| Weak::ptr_eq(inside, &link)) {
            return;
        }
        self.leave(evaluation);
        load.links().set(evaluation, targets());
        self.load = Some(link);
        if let Some(circle) = circle(load) {
            let error = FactError::circular(circle.iter().map(|load| load.fact()));
            // All of them first: one that knows of another's failure must not make a value of it.
            for load in &circle {
                load.fail(error.clone());
            }
            circle.iter().for_each(Wake::wake_by_ref);
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

/// Where a load is, to tell it from others.
fn address(load: &StdArc<SharedFuture>) -> usize {
    StdArc::as_ptr(load).addr()
}

/// The loads from `start` back to it, if there is such a way: `start` first, each waiting for the next.
fn circle(start: &StdArc<SharedFuture>) -> Option<Vec<StdArc<SharedFuture>>> {
    // Each with the place of the load that waits for it.
    let mut reached = vec![(StdArc::clone(start), 0)];
    let mut seen = HashSet::from([address(start)]);
    let mut at = 0;
    while at < reached.len() {
        for target in reached[at].0.links().targets() {
            if StdArc::ptr_eq(&target, start) {
                return Some(way(&reached, at));
            }
            if seen.insert(address(&target)) {
                reached.push((target, at));
            }
        }
        at += 1;
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
