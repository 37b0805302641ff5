//! Sets of loads, as ranges.

use std::ops::Range;

use super::super::tree::LoadId;

/// A set of loads. Loads that are evaluated one after the other have consecutive numbers, so most sets are one range.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct LoadSet {
    /// Ascending; no two of them touch.
    ranges: Vec<Range<usize>>,
}

impl LoadSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(crate) fn contains(&self, id: LoadId) -> bool {
        self.ranges.iter().any(|range| range.contains(&id.0))
    }

    /// The loads of the set, and those of another one, which are evaluated after them.
    #[must_use]
    pub(crate) fn and(&self, later: &Self) -> Self {
        let mut both = self.clone();
        both.append_set(later);
        both
    }

    /// The loads, in evaluation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = LoadId> {
        self.ranges.iter().cloned().flatten().map(LoadId)
    }

    /// Adds loads that are evaluated after those of the set.
    pub(crate) fn append(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// [`append`](Self::append) for a set.
    pub(crate) fn append_set(&mut self, other: &Self) {
        other.ranges.iter().for_each(|range| self.append(range.clone()));
    }
}

impl From<Range<usize>> for LoadSet {
    fn from(range: Range<usize>) -> Self {
        let mut set = Self::default();
        set.append(range);
        set
    }
}
