//! How much an evaluation does before it lets others run, and how much after its session's deadline.
//!
//! The unit of work is a fact that is read; [`POLICIES_PER_READ`] policies count as one. It is counted
//! between resources: what a policy does with a resource cannot be interrupted.

use std::future::poll_fn;
use std::task::Poll;

/// Policies whose runs count as much as a fact that is read.
const POLICIES_PER_READ: usize = 4;

/// Work between two chances for the runtime to run something else.
const WORK_PER_YIELD: usize = READS_PER_YIELD as usize;
const READS_PER_YIELD: u32 = 4096;

/// Work after the deadline. What is known then decides, as far as that goes; a page for which it does not
/// suffice is one that takes long by itself.
const WORK_AFTER_DEADLINE: usize = 8 * WORK_PER_YIELD;

/// What an evaluation may do until it yields, and until it ends.
pub(super) struct Pace {
    /// The work for a resource, beside the facts that are read for it.
    per_resource: usize,
    /// What is left to be done after the deadline, once that has passed.
    left: Option<usize>,
    /// The facts that were read between the last yield and the present resource.
    before: u32,
    /// The facts that the last run of each resource has read, if the runs will be repeated.
    reads: Vec<u32>,
}

impl Pace {
    /// For so many policies, about so many resources, which will run again for their records or
    /// not.
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

    /// How many resources may be run before a yield, if they read no facts.
    #[inline]
    pub(super) fn resources(&self) -> usize {
        (WORK_PER_YIELD / self.per_resource).max(1)
    }

    /// Begins what is done until the next yield. If more than so many facts were read by it, ask
    /// [`is_due`](Self::is_due).
    #[inline]
    pub(super) fn begin(&mut self) -> u32 {
        self.before = 0;
        if self.reads.is_empty() { READS_PER_YIELD } else { 0 }
    }

    /// Whether it is time to yield, when so many facts were read up to resource number `resource`.
    #[cold]
    pub(super) fn is_due(&mut self, resource: usize, reads: u32) -> bool {
        if let Some(noted) = self.reads.get_mut(resource) {
            *noted = reads - self.before;
        }
        self.before = reads;
        reads > READS_PER_YIELD
    }

    /// How many resources may be run again before a yield, from resource number `first` of as many as
    /// `all` on.
    pub(super) fn again(&self, first: usize, all: usize) -> usize {
        let mut work = 0;
        let mut end = first;
        while end < all && work < WORK_PER_YIELD {
            work += self.per_resource + self.reads.get(end).map_or(0, |reads| *reads as usize);
            end += 1;
        }
        end - first
    }

    /// The evaluation starts over.
    pub(super) fn restart(&mut self) {
        self.left = None;
    }

    /// The deadline has passed. Only the first time counts.
    pub(super) fn end_soon(&mut self) {
        self.left.get_or_insert(WORK_AFTER_DEADLINE);
    }

    #[inline]
    pub(super) fn is_ending(&self) -> bool {
        self.left.is_some()
    }

    /// Whether nothing more is to be run: the deadline has passed, and so much was done since.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.left == Some(0)
    }

    /// So many resources were run, and have read so many facts.
    pub(super) fn spend(&mut self, resources: usize, reads: u32) {
        let work = resources.saturating_mul(self.per_resource).saturating_add(reads as usize);
        self.left = self.left.map(|left| left.saturating_sub(work));
    }
}

/// Lets the runtime run something else.
pub(super) async fn yield_now() {
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
