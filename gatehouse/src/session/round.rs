//! An evaluation's round: the batches that it waits for, and the waiting.

use std::future::poll_fn;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::core::BatchId;
use super::seat::{Seat, Waiting};
use super::sync::Arc;
use super::table::AnyTable;
use super::{Generation, Session};
use crate::source::Sources;

/// What one evaluation waits for.
///
/// # Cancel safety
/// Dropping it takes its seat out of every batch that has not answered; a batch that nobody else
/// waits for is abandoned with its load, and leaves no trace.
pub(crate) struct Round<P: Sources> {
    generation: Arc<Generation<P>>,
    waiting: Waiting,
    waits: SmallVec<[Wait<P>; 1]>,
    replaced: bool,
    /// How many items are left that may need facts, in this pass.
    pub(super) left: usize,
}

/// One batch, and the table that it is of.
struct Wait<P: Sources> {
    table: fn(&P::Tables) -> &dyn AnyTable<P>,
    /// Where the table is, to tell it from others.
    address: usize,
    batch: BatchId,
}

impl<P: Sources> Round<P> {
    pub(crate) fn new(generation: Arc<Generation<P>>) -> Self {
        let (waiting, waits) = (Waiting::new(), SmallVec::new());
        Self { generation, waiting, waits, replaced: false, left: 0 }
    }

    /// How many loads the round waits for.
    pub(crate) fn len(&self) -> usize {
        self.waits.len()
    }

    /// Whether the session got new sources while the round was put together.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// So many items are left that may need facts, in this pass.
    pub(crate) fn expect(&mut self, left: usize) {
        self.left = left;
    }

    /// Makes what is in a table, unless the session got new sources.
    pub(super) fn make<T>(&self, make: impl FnOnce() -> T) -> Option<T> {
        self.generation.make(make)
    }

    pub(super) fn find_replaced(&mut self) {
        self.replaced = true;
    }

    /// The waiter for a batch, unless the round waits for it already. One for each batch, however
    /// many of its keys the evaluation needs.
    #[inline]
    pub(super) fn wait_for<T>(
        &mut self,
        of: &T,
        table: fn(&P::Tables) -> &dyn AnyTable<P>,
        batch: BatchId,
    ) -> Option<Arc<Seat>> {
        let address = std::ptr::from_ref(of).addr();
        let is_it = |wait: &Wait<P>| wait.batch == batch && wait.address == address;
        if self.waits.iter().rev().any(is_it) {
            return None;
        }
        self.waits.push(Wait { table, address, batch });
        Some(self.waiting.expect_answer())
    }

    /// Waits until every batch of the round has answered, driving whatever is in flight on the
    /// session meanwhile; `false` if the session's deadline came first.
    ///
    /// Where other evaluations are about to ask, the first poll lets them: their keys then go into
    /// the same batches.
    pub(crate) async fn answered(&mut self, session: &Session<P>) -> bool {
        let mut first = true;
        let answered = poll_fn(|cx| {
            if std::mem::take(&mut first) && session.is_crowded() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.poll_answered(session, cx)
        })
        .await;
        if answered {
            self.waits.clear();
        } else {
            self.leave();
        }
        answered
    }

    fn poll_answered(&mut self, session: &Session<P>, cx: &mut Context<'_>) -> Poll<bool> {
        let generation = &self.generation;
        let mut drive = || {
            let in_time = !session.is_overdue();
            if in_time {
                generation.drive();
            }
            in_time
        };
        self.waiting.poll(&generation.roster, cx.waker(), &mut drive)
    }

    /// Waits for nothing any more. Batches that were about to answer may still do, so that the seat is
    /// of no further use.
    fn leave(&mut self) {
        for wait in self.waits.drain(..) {
            (wait.table)(&self.generation.tables).abandon(wait.batch, &self.waiting);
        }
        self.waiting.rise(&self.generation.roster);
    }
}

impl<P: Sources> Drop for Round<P> {
    fn drop(&mut self) {
        self.leave();
    }
}
