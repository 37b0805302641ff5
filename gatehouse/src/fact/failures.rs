//! The failed facts that the present evaluation has read: a bounded list without duplicates.
//!
//! A resource may read thousands of keys that all fail, each with a text of its own. A failure is compared
//! with those that are kept, and their number is bounded, so the cost is linear in the failures. Texts are
//! compared in place, and nothing is formatted.

use super::error::{FactError, FailedFact};

/// The number of failures that are kept, in addition to the first failure of each further fact.
const MAX_KEPT: usize = 16;

/// The failed facts that the present evaluation has read.
#[derive(Default)]
pub(crate) struct Failures {
    kept: Vec<FailedFact>,
    /// The index of the first failure of the present body.
    from: u32,
    /// The number of failures that differ from those that are kept.
    more: u32,
}

/// A state to return to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    kept: usize,
    from: u32,
    more: u32,
}

impl Failures {
    pub(crate) const fn new() -> Self {
        Self { kept: Vec::new(), from: 0, more: 0 }
    }

    pub(crate) fn kept(&self) -> &[FailedFact] {
        &self.kept
    }

    pub(crate) fn more(&self) -> usize {
        self.more as usize
    }

    /// Clears the failures, for the next resource.
    #[inline]
    pub(crate) fn clear(&mut self) {
        // If nothing is kept, nothing was left out either.
        if !self.kept.is_empty() {
            self.kept.clear();
            (self.from, self.more) = (0, 0);
        }
    }

    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark { kept: self.kept.len(), from: self.from, more: self.more }
    }

    /// Removes the failures since `mark`, in the same body.
    #[inline]
    pub(crate) fn rewind(&mut self, mark: Mark) {
        // The test avoids the call of `truncate`, since usually nothing is to be dropped.
        if self.kept.len() > mark.kept || self.more != mark.more {
            self.kept.truncate(mark.kept);
            self.more = mark.more;
        }
    }

    /// Begins the body of a derived fact, whose failures are separate from earlier ones.
    pub(crate) fn begin(&mut self) -> Mark {
        let mark = self.mark();
        self.from = u32::try_from(mark.kept).unwrap_or(u32::MAX);
        mark
    }

    /// Ends the body that began at `mark`, with all bodies inside it that panicked.
    pub(crate) fn end(&mut self, mark: Mark) {
        self.rewind(mark);
        self.from = mark.from;
    }

    /// The facts that failed since the body began, each once: a key may fail because of thousands of other
    /// keys.
    pub(crate) fn of_body(&self) -> Vec<FailedFact> {
        let mut once: Vec<FailedFact> = Vec::new();
        for failed in self.present() {
            if once.iter().all(|known| known.fact != failed.fact) {
                once.push(failed.clone());
            }
        }
        once
    }

    fn present(&self) -> &[FailedFact] {
        self.kept.get(self.from as usize..).unwrap_or_default()
    }

    /// The failure of a policy that was not run, in place of all facts that it might have read.
    pub(crate) fn not_run(policy: &'static str) -> Self {
        let failed = FailedFact { fact: policy, error: FactError::not_run() };
        Self { kept: vec![failed], ..Self::new() }
    }

    /// Adds a failed read of `fact`. The first failure of each fact is always kept, so that every failed
    /// fact is named; their number is bounded by the facts that the program declares.
    pub(crate) fn note(&mut self, fact: &'static str, error: &FactError) {
        let present = self.present();
        let mut of_fact = present.iter().filter(|known| known.fact == fact).peekable();
        let is_first = of_fact.peek().is_none();
        if of_fact.any(|known| known.error.has_same_text(error)) {
            return;
        }
        if is_first || present.len() < MAX_KEPT {
            self.kept.push(FailedFact { fact, error: error.clone() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}
