//! Links from a load to the loads that it waits for.

use std::collections::BTreeMap;
use std::sync::{Arc as StdArc, Weak};

use crate::sync::Mutex;

/// The loads that the evaluations inside one load wait for. Few loads have any, so nothing is allocated
/// before the first.
pub(super) struct Links<L>(Mutex<Option<Box<Targets<L>>>>);

/// The loads that evaluations wait for, by the numbers of the evaluations.
type Targets<L> = BTreeMap<usize, Vec<Weak<L>>>;

impl<L> Default for Links<L> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<L> Links<L> {
    /// The loads that are still there.
    pub(super) fn targets(&self) -> impl Iterator<Item = StdArc<L>> {
        let links = self.0.lock();
        let targets = links.iter().flat_map(|links| links.values()).flatten();
        let targets: Vec<_> = targets.filter_map(Weak::upgrade).collect();
        drop(links);
        targets.into_iter()
    }

    pub(super) fn set(&self, evaluation: usize, targets: Vec<Weak<L>>) {
        let former = self.0.lock().get_or_insert_default().insert(evaluation, targets);
        drop(former);
    }

    pub(super) fn remove(&self, evaluation: usize) {
        let former = self.0.lock().as_mut().and_then(|links| links.remove(&evaluation));
        drop(former);
    }
}
