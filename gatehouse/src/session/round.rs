//! The round of an evaluation: the batches that it waits for, and how it waits.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::batches::BatchId;
use super::cycle::OuterLoad;
use super::generation::Generation;
use super::handle::Session;
use super::shared_future::{SharedFuture, WaiterSet, polled_load};
use super::storage::{AnyTable, Sources};
use super::wait_handle::{Driver, Snapshot, WaitHandle};
use crate::sync::Arc;

/// The batches that one evaluation waits for.
///
/// # Cancel safety
/// Dropping it removes the evaluation from the waiters of every batch that has not answered. A batch
/// without waiters is abandoned with its load, and its keys count as never asked for.
pub(crate) struct Round<P: Sources> {
    generation: Arc<Generation<P>>,
    handle: WaitHandle,
    pending: PendingBatches<P>,
    /// The load that polls the evaluation, if there is one.
    outer: OuterLoad,
    replaced: bool,
    /// The number of resources that may still need facts in this pass.
    pub(super) remaining: usize,
}

/// The batches that an evaluation waits for, each once.
struct PendingBatches<P: Sources> {
    batches: SmallVec<[PendingBatch<P>; 1]>,
    /// The addresses of their loads, once there are more than [`MAX_SCANNED`].
    loads: Option<HashSet<usize>>,
    /// The number of batches whose loads were begun.
    begun: usize,
}

/// A batch that an evaluation waits for, and its table.
struct PendingBatch<P: Sources> {
    table: fn(&P::Tables) -> &dyn AnyTable<P>,
    id: BatchId,
    load: StdArc<SharedFuture>,
    /// The ticket of the evaluation among the waiters of the load.
    ticket: usize,
}

/// The number of loads that are searched one by one; more of them are hashed.
const MAX_SCANNED: usize = 8;

impl<P: Sources> PendingBatches<P> {
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
            None if self.batches.len() == MAX_SCANNED => {
                self.loads = Some(self.batches.iter().chain([&pending]).map(address).collect());
            }
            None => {}
        }
        self.batches.push(pending);
    }

    /// Removes all of them.
    fn take(&mut self) -> SmallVec<[PendingBatch<P>; 1]> {
        self.loads = None;
        self.begun = 0;
        std::mem::take(&mut self.batches)
    }
}

impl<P: Sources> Round<P> {
    pub(crate) fn new(generation: Arc<Generation<P>>) -> Self {
        let (handle, pending, outer) =
            (WaitHandle::new(), PendingBatches::new(), OuterLoad::default());
        Self { generation, handle, pending, outer, replaced: false, remaining: 0 }
    }

    /// The number of loads that the round waits for.
    pub(crate) fn len(&self) -> usize {
        self.pending.batches.len()
    }

    /// Whether the session got new sources while the round was put together.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// Sets the number of resources that may still need facts in this pass.
    pub(crate) fn set_remaining(&mut self, remaining: usize) {
        self.remaining = remaining;
    }

    pub(super) fn generation(&self) -> &Generation<P> {
        &self.generation
    }

    pub(super) fn waiters(&self) -> Arc<WaiterSet> {
        Arc::clone(&self.generation.waiters)
    }

    pub(super) fn mark_replaced(&mut self) {
        self.replaced = true;
    }

    /// Waits for a batch; `false` if the round does so already, because the evaluation needs another of
    /// its keys.
    #[inline]
    pub(super) fn wait_for(
        &mut self,
        table: fn(&P::Tables) -> &dyn AnyTable<P>,
        id: BatchId,
        load: &StdArc<SharedFuture>,
    ) -> bool {
        let is_new = !self.pending.contains(load);
        if is_new {
            let ticket = load.add_waiter(self.handle.add_pending());
            self.pending.push(PendingBatch { table, id, load: StdArc::clone(load), ticket });
        }
        is_new
    }

    /// Waits until every batch of the round has answered, and drives the loads in flight on the session
    /// meanwhile; `false` if the session's deadline came first.
    ///
    /// Where other evaluations are about to ask for facts, the first poll yields to them, so that their
    /// keys go into the same batches.
    pub(crate) async fn answered(&mut self, session: &Session<P>) -> bool {
        let mut first = true;
        let answered = poll_fn(|cx| {
            self.note_inside();
            if std::mem::take(&mut first) && session.has_other_evaluations() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.poll_answered(session, cx)
        })
        .await;
        if answered {
            self.outer.clear(self.handle.number());
            self.pending.take();
        } else {
            self.cancel();
        }
        answered
    }

    /// Links the load that polls the evaluation, if there is one, to the loads that the evaluation waits
    /// for. It comes before the evaluation is first pending, so that a cycle is found whichever future is
    /// dropped.
    pub(crate) fn note_inside(&mut self) {
        match polled_load() {
            Some(load) => {
                let downgrade = |pending: &PendingBatch<P>| StdArc::downgrade(&pending.load);
                let loads = self.pending.batches.iter().map(downgrade);
                self.outer.set(self.handle.number(), &load, loads);
            }
            None => self.outer.clear(self.handle.number()),
        }
    }

    fn poll_answered(&mut self, session: &Session<P>, cx: &mut Context<'_>) -> Poll<bool> {
        let snapshot = Snapshot::new(&self.generation.waiters);
        if !self.handle.is_answered() && session.is_overdue() {
            return Poll::Ready(false);
        }
        let mut driver = RoundDriver { generation: &self.generation, pending: &mut self.pending };
        self.handle.poll(snapshot, cx.waker(), &mut driver).map(|()| true)
    }

    /// Stops waiting. Loads that are about to answer may still do so: the handle is not used again.
    fn cancel(&mut self) {
        self.outer.clear(self.handle.number());
        for PendingBatch { table, id, load, ticket } in self.pending.take() {
            load.remove_waiter(ticket);
            table(&self.generation.tables).remove_waiter(id);
        }
        self.handle.unregister(&self.generation.waiters);
    }
}

impl<P: Sources> Drop for Round<P> {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Drives the loads that a round waits for.
struct RoundDriver<'r, P: Sources> {
    generation: &'r Generation<P>,
    pending: &'r mut PendingBatches<P>,
}

impl<P: Sources> Driver for RoundDriver<'_, P> {
    fn start_loads(&mut self) -> bool {
        let begun = std::mem::replace(&mut self.pending.begun, self.pending.batches.len());
        let new = &self.pending.batches[begun..];
        if new.is_empty() {
            return false;
        }
        let call = self.generation.call_of(new.len());
        for pending in new {
            let PendingBatch { table, id, load, .. } = pending;
            let sources = &self.generation.sources;
            table(&self.generation.tables).begin(sources, call.clone(), *id, load);
        }
        true
    }

    fn drive_loads(&mut self) {
        for pending in &self.pending.batches {
            pending.load.drive();
        }
    }

    fn mark_loads_ready(&mut self) {
        for pending in &self.pending.batches {
            pending.load.make_ready();
        }
    }
}
