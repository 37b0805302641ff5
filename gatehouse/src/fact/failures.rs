//! The failed facts that the present run has met: each fact and text once, and of those a few.
//!
//! A resource may read thousands of keys that all fail, each with a text of its own. A failure is
//! compared with those that are kept, and only so many are: the cost is linear in the failures. It is
//! their texts that are compared, in place: nothing is formatted.

use super::error::{FactError, FailedFact};

/// How many failed facts are kept, beside the first of each further fact.
const KEPT: usize = 16;

/// The failed facts that the present run met.
#[derive(Default)]
pub(crate) struct Failures {
    kept: Vec<FailedFact>,
    /// Where those of the present body begin.
    from: u32,
    /// How many more reads failed, otherwise than those that are kept.
    more: u32,
}

/// A state to come back to.
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

    /// Begins a resource.
    #[inline]
    pub(crate) fn clear(&mut self) {
        // Where nothing is kept, nothing was left out.
        if !self.kept.is_empty() {
            self.kept.clear();
            (self.from, self.more) = (0, 0);
        }
    }

    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark { kept: self.kept.len(), from: self.from, more: self.more }
    }

    /// Forgets what was met since `mark`, in the same body.
    #[inline]
    pub(crate) fn rewind(&mut self, mark: Mark) {
        // `truncate` alone would be a call, though there is nothing to drop.
        if self.kept.len() > mark.kept || self.more != mark.more {
            self.kept.truncate(mark.kept);
            self.more = mark.more;
        }
    }

    /// Begins the body of a derived fact: what fails in it is its own, whatever failed before.
    pub(crate) fn begin(&mut self) -> Mark {
        let mark = self.mark();
        self.from = u32::try_from(mark.kept).unwrap_or(u32::MAX);
        mark
    }

    /// Ends the body that began at `mark`, or those that panicked since.
    pub(crate) fn end(&mut self, mark: Mark) {
        self.rewind(mark);
        self.from = mark.from;
    }

    /// The facts that failed since the body began, each once: a key may fail on account of thousands of
    /// others.
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

    /// What stands for all that `policy` might have read, had it been run.
    pub(crate) fn not_run(policy: &'static str) -> Self {
        let failed = FailedFact { fact: policy, error: FactError::not_run() };
        Self { kept: vec![failed], ..Self::new() }
    }

    /// A read of `fact` failed. The first failure of a fact is always kept, so that each has its name
    /// told: there are as many as the program declares.
    pub(crate) fn note(&mut self, fact: &'static str, error: &FactError) {
        let present = self.present();
        let mut of_fact = present.iter().filter(|known| known.fact == fact).peekable();
        let is_first = of_fact.peek().is_none();
        if of_fact.any(|known| known.error.says_the_same(error)) {
            return;
        }
        if is_first || present.len() < KEPT {
            self.kept.push(FailedFact { fact, error: error.clone() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}
