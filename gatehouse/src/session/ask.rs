//! Asking a table for a key, in the round of an evaluation.

use std::sync::Arc as StdArc;

use super::batches::{Asker, BatchId, Registered};
use super::core::Asking;
use super::load;
use super::round::Round;
use super::shared_future::{LoadTarget, SharedFuture};
use super::storage::{AnyTable, BatchHandle, BatchesHandle, Sources, Stored};
use super::table::{Table, TableState};
use crate::fact::{FactKey, FactResult};
use crate::source::FactSource;

/// The load of a batch.
type Load = StdArc<SharedFuture>;

impl<K: FactKey> Table<K> {
    /// The result of `key`, if it is known; otherwise asks for it in `round`.
    pub(crate) fn read_or_ask<P: Sources>(
        &self,
        key: K,
        sources: &P,
        round: &mut Round<P>,
    ) -> Option<FactResult<K::Value>>
    where
        K: Stored<P>,
    {
        let Some(state) = self.state().or_else(|| round.generation().init_table(|| self.init()))
        else {
            round.mark_replaced();
            return None;
        };
        state.read_or_ask(key, sources, round)
    }
}

impl<K: FactKey> TableState<K> {
    fn read_or_ask<P: Sources>(
        self: &StdArc<Self>,
        key: K,
        sources: &P,
        round: &mut Round<P>,
    ) -> Option<FactResult<K::Value>>
    where
        K: Stored<P>,
    {
        if !self.is_empty()
            && let Some(result) = self.read_next(&key)
        {
            return Some(result);
        }
        let key = self.hashed(key);
        let limit = K::source(sources).max_batch_size();
        // A batch never has more keys than its limit.
        let expected = round.remaining.min(limit);
        let mut asking = Asking::new(key);
        let mut asker = RoundAsker { state: self, round };
        let mut core = self.core.lock();
        core.batches.expected = expected;
        match core.try_register(&mut asking, limit, &mut asker) {
            Registered::Cached(slot) => {
                let cached = core.known(slot)?;
                drop(core);
                return Some(self.read_cached(&cached));
            }
            Registered::Closed => asker.round.mark_replaced(),
            Registered::Leading(_) | Registered::Joined(_) => {}
        }
        None
    }
}

/// An evaluation's round, asking for a key of one fact.
struct RoundAsker<'a, P: Sources, K: FactKey> {
    state: &'a StdArc<TableState<K>>,
    round: &'a mut Round<P>,
}

impl<P: Sources, K: Stored<P>> Asker<Load> for RoundAsker<'_, P, K> {
    fn open(&mut self, batch: BatchId) -> Load {
        let owner = StdArc::clone(self.state);
        SharedFuture::load(LoadTarget { owner, batch }, self.round.waiters())
    }

    fn join(&mut self, batch: BatchId, load: &Load) -> bool {
        self.round.wait_for(|tables| K::table(tables), batch, load)
    }
}

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn start_load(&self, sources: &StdArc<P>, BatchHandle { id, load, call }: BatchHandle<'_>) {
        let Some(state) = self.state() else { return };
        let batch = state.core.lock().begin_loading(id);
        if let Some(batch) = batch {
            load.start(Box::pin(load::load(StdArc::clone(sources), batch, call)));
        }
    }

    fn with_batches(&self, run: &mut dyn FnMut(BatchesHandle<'_>)) {
        if let Some(state) = self.state() {
            run(BatchesHandle(&mut state.core.lock().batches));
        }
    }
}
