//! The amount of work that an evaluation does before it yields, and after its session's deadline.
//!
//! The unit of work is the read of a fact; [`POLICIES_PER_READ`] policies count as one. It is counted between
//! resources: the run of a policy cannot be interrupted.

use std::future::poll_fn;
use std::task::Poll;

/// The number of policies that count as one read.
const POLICIES_PER_READ: usize = 4;

/// The work between two yields.
const WORK_PER_YIELD: usize = READS_PER_YIELD as usize;
const READS_PER_YIELD: u32 = 4096;

/// The work after the deadline, in which known facts still decide. Only a page that takes long by itself needs
/// more.
const WORK_AFTER_DEADLINE: usize = 8 * WORK_PER_YIELD;

/// The work that an evaluation may do until it yields, and until it ends.
pub(super) struct Pace {
    /// The work for a resource, apart from its reads.
    per_resource: usize,
    /// The work that is left after the deadline, once it has passed.
    left: Option<usize>,
    /// The reads since the last yield, up to the present resource.
    before: u32,
    /// The reads of the last run of each resource, if the runs will be replayed.
    reads: Vec<u32>,
}

impl Pace {
    /// The pace of an evaluation, by its numbers of policies and resources; `is_repeated` if the runs will be
    /// replayed for records or coverage.
    #[inline]
    pub(super) fn new(policies: usize, resources: usize, is_repeated: bool) -> Self {
        let reads = if is_repeated { vec![0; resources] } else { Vec::new() };
        Self {
            per_resource: policies.div_ceil(POLICIES_PER_READ).max(1),
            left: None,
            before: 0,
            reads,
        }
    }

    /// The number of resources that may be run before a yield, if they read no facts.
    #[inline]
    pub(super) fn resources(&self) -> usize {
        (WORK_PER_YIELD / self.per_resource).max(1)
    }

    /// Begins the work until the next yield. Returns a number of reads: only after more of them,
    /// [`is_due`](Self::is_due) can be true.
    #[inline]
    pub(super) fn begin(&mut self) -> u32 {
        self.before = 0;
        if self.reads.is_empty() { READS_PER_YIELD } else { 0 }
    }

    /// Whether it is time to yield, after `reads` reads up to resource number `resource`.
    #[cold]
    pub(super) fn is_due(&mut self, resource: usize, reads: u32) -> bool {
        if let Some(noted) = self.reads.get_mut(resource) {
            *noted = reads - self.before;
        }
        self.before = reads;
        reads > READS_PER_YIELD
    }

    /// The number of resources that may be replayed before a yield, from resource `first` of `all`.
    pub(super) fn again(&self, first: usize, all: usize) -> usize {
        let mut work = 0;
        let mut end = first;
        while end < all && work < WORK_PER_YIELD {
            work += self.per_resource + self.reads.get(end).map_or(0, |reads| *reads as usize);
            end += 1;
        }
        end - first
    }

    /// Starts over with the evaluation.
    pub(super) fn restart(&mut self) {
        self.left = None;
    }

    /// Notes that the deadline has passed. Only the first call counts.
    pub(super) fn end_soon(&mut self) {
        self.left.get_or_insert(WORK_AFTER_DEADLINE);
    }

    #[inline]
    pub(super) fn is_ending(&self) -> bool {
        self.left.is_some()
    }

    /// Whether no more resources are run: the work after the deadline is done.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.left == Some(0)
    }

    /// Counts the runs of resources and their reads.
    pub(super) fn spend(&mut self, resources: usize, reads: u32) {
        let work = resources.saturating_mul(self.per_resource).saturating_add(reads as usize);
        self.left = self.left.map(|left| left.saturating_sub(work));
    }
}

/// Yields once to the runtime.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
