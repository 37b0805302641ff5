//! An evaluation's round: the batches that it waits for, and the waiting.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::batches::BatchId;
use super::cycle::Inside;
use super::generation::Generation;
use super::handle::Session;
use super::shared_future::{SharedFuture, WaiterSet, polled_load};
use super::storage::{AnyTable, Sources};
use super::wait_handle::{Driver, Present, WaitHandle};
use crate::sync::Arc;

/// What one evaluation waits for.
///
/// # Cancel safety
/// Dropping it takes its evaluation out of every batch that has not answered; a batch that nobody else
/// waits for is abandoned with its load, and leaves no trace.
pub(crate) struct Round<P: Sources> {
    generation: Arc<Generation<P>>,
    handle: WaitHandle,
    pending: Pending<P>,
    /// The load that the evaluation is polled in, if there is one.
    inside: Inside,
    replaced: bool,
    /// How many items are left that may need facts, in this pass.
    pub(super) left: usize,
}

/// The batches that an evaluation waits for, each once.
struct Pending<P: Sources> {
    batches: SmallVec<[PendingBatch<P>; 1]>,
    /// The loads of all of them, once they are more than a few.
    loads: Option<HashSet<usize>>,
    /// How many of them were begun.
    begun: usize,
}

/// One batch, and the table that it is of.
struct PendingBatch<P: Sources> {
    table: fn(&P::Tables) -> &dyn AnyTable<P>,
    batch: BatchId,
    load: StdArc<SharedFuture>,
    /// With which it is left.
    ticket: usize,
}

/// How many loads are looked through, so that few of them need no table.
const FEW: usize = 8;

impl<P: Sources> Pending<P> {
    fn new() -> Self {
        Self { batches: SmallVec::new(), loads: None, begun: 0 }
    }

    fn contains(&self, load: &StdArc<SharedFuture>) -> bool {
        if let Some(loads) = &self.loads {
            return loads.contains(&StdArc::as_ptr(load).addr());
        }
        self.batches.iter().rev().any(|pending| StdArc::ptr_eq(&pending.load, load))
    }

    fn push(&mut self, pending: PendingBatch<P>) {
        let address = |pending: &PendingBatch<P>| StdArc::as_ptr(&pending.load).addr();
        match &mut self.loads {
            Some(loads) => {
                loads.insert(address(&pending));
            }
            None if self.batches.len() == FEW => {
                self.loads = Some(self.batches.iter().chain([&pending]).map(address).collect());
            }
            None => {}
        }
        self.batches.push(pending);
    }

    /// Takes all of them.
    fn take(&mut self) -> SmallVec<[PendingBatch<P>; 1]> {
        self.loads = None;
        self.begun = 0;
        std::mem::take(&mut self.batches)
    }
}

impl<P: Sources> Round<P> {
    pub(crate) fn new(generation: Arc<Generation<P>>) -> Self {
        let (handle, pending, inside) = (WaitHandle::new(), Pending::new(), Inside::default());
        Self { generation, handle, pending, inside, replaced: false, left: 0 }
    }

    /// How many loads the round waits for.
    pub(crate) fn len(&self) -> usize {
        self.pending.batches.len()
    }

    /// Whether the session got new sources while the round was put together.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// So many items are left that may need facts, in this pass.
    pub(crate) fn expect(&mut self, left: usize) {
        self.left = left;
    }

    pub(super) fn generation(&self) -> &Generation<P> {
        &self.generation
    }

    pub(super) fn everybody(&self) -> Arc<WaiterSet> {
        Arc::clone(&self.generation.everybody)
    }

    pub(super) fn find_replaced(&mut self) {
        self.replaced = true;
    }

    /// Waits for a batch, unless the round does so already: once for each batch, however many of its
    /// keys the evaluation needs.
    #[inline]
    pub(super) fn wait_for(
        &mut self,
        table: fn(&P::Tables) -> &dyn AnyTable<P>,
        batch: BatchId,
        load: &StdArc<SharedFuture>,
    ) -> bool {
        let is_new = !self.pending.contains(load);
        if is_new {
            let ticket = load.join(self.handle.add_pending());
            self.pending.push(PendingBatch { table, batch, load: StdArc::clone(load), ticket });
        }
        is_new
    }

    /// Waits until every batch of the round has answered, driving whatever is in flight on the
    /// session meanwhile; `false` if the session's deadline came first.
    ///
    /// Where other evaluations are about to ask, the first poll lets them: their keys then go into
    /// the same batches.
    pub(crate) async fn answered(&mut self, session: &Session<P>) -> bool {
        let mut first = true;
        let answered = poll_fn(|cx| {
            self.note_inside();
            if std::mem::take(&mut first) && session.is_crowded() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.poll_answered(session, cx)
        })
        .await;
        if answered {
            self.inside.leave(self.handle.number());
            self.pending.take();
        } else {
            self.cancel();
        }
        answered
    }

    /// Notes which load the evaluation is polled in, and what that load waits for by now: before it is
    /// pending, so that it is known of whatever is dropped.
    pub(crate) fn note_inside(&mut self) {
        match polled_load() {
            Some(load) => {
                let downgrade = |pending: &PendingBatch<P>| StdArc::downgrade(&pending.load);
                let loads = self.pending.batches.iter().map(downgrade);
                self.inside.enter(self.handle.number(), &load, loads);
            }
            None => self.inside.leave(self.handle.number()),
        }
    }

    fn poll_answered(&mut self, session: &Session<P>, cx: &mut Context<'_>) -> Poll<bool> {
        let present = Present::new(&self.generation.everybody);
        if !self.handle.is_answered() && session.is_overdue() {
            return Poll::Ready(false);
        }
        let mut driver = Drive { generation: &self.generation, pending: &mut self.pending };
        self.handle.poll(present, cx.waker(), &mut driver).map(|()| true)
    }

    /// Waits for nothing any more. Loads that were about to answer may still do, so that the handle is
    /// of no further use.
    fn cancel(&mut self) {
        self.inside.leave(self.handle.number());
        for PendingBatch { table, batch, load, ticket } in self.pending.take() {
            load.leave(ticket);
            table(&self.generation.tables).abandon(batch);
        }
        self.handle.unregister(&self.generation.everybody);
    }
}

impl<P: Sources> Drop for Round<P> {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Drives what a round waits for.
struct Drive<'r, P: Sources> {
    generation: &'r Generation<P>,
    pending: &'r mut Pending<P>,
}

impl<P: Sources> Driver for Drive<'_, P> {
    fn begin(&mut self) -> bool {
        let begun = std::mem::replace(&mut self.pending.begun, self.pending.batches.len());
        let new = &self.pending.batches[begun..];
        for pending in new {
            let PendingBatch { table, batch, load, .. } = pending;
            table(&self.generation.tables).begin(&self.generation.sources, *batch, load);
        }
        !new.is_empty()
    }

    fn drive_own(&mut self) {
        for pending in &self.pending.batches {
            pending.load.drive();
        }
    }

    fn make_own_ready(&mut self) {
        for pending in &self.pending.batches {
            pending.load.make_ready();
        }
    }
}
