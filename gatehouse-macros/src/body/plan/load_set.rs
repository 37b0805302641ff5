//! Sets of loads that are few ranges: the loads inside a node are numbered one after the other.

use std::ops::Range;

use crate::body::tree::{Block, LoadId, Node};

/// A set of loads, as ranges in no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LoadSet(Vec<Range<LoadId>>);

impl LoadSet {
    /// The loads inside a node.
    pub(crate) fn inside(node: &Node) -> Self {
        Self::of(&node.loads_inside())
    }

    /// The loads inside a block.
    pub(crate) fn inside_block(block: &Block) -> Self {
        Self::of(&block.loads_inside())
    }

    fn of(loads: &std::collections::BTreeSet<LoadId>) -> Self {
        let (first, last) = (loads.first(), loads.last());
        Self(first.zip(last).map(|(first, last)| *first..last + 1).into_iter().collect())
    }

    /// The loads of both sets.
    #[must_use]
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut ranges = self.0.clone();
        for range in &other.0 {
            match ranges.iter_mut().find(|it| it.end == range.start || it.start == range.end) {
                Some(it) => *it = it.start.min(range.start)..it.end.max(range.end),
                None => ranges.push(range.clone()),
            }
        }
        Self(ranges)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, load: LoadId) -> bool {
        self.0.iter().any(|range| range.contains(&load))
    }
}
