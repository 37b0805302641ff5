//! Asking for a key: in the round of an evaluation, of the table of the fact.

use std::sync::Arc as StdArc;

use super::batches::{Asker, BatchId, Registered};
use super::core::Asking;
use super::load;
use super::round::Round;
use super::shared_future::{Owned, SharedFuture};
use super::storage::{AnyTable, BatchHandle, LedgerHandle, Sources, Stored};
use super::table::{Entries, Table};
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
        let Some(entries) = self.entries().or_else(|| round.generation().make(|| self.make()))
        else {
            round.find_replaced();
            return None;
        };
        entries.read_or_ask(key, sources, round)
    }
}

impl<K: FactKey> Entries<K> {
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
            && let Some(known) = self.read_next(&key)
        {
            return Some(known);
        }
        let key = self.hashed(key);
        let limit = K::source(sources).max_batch_size();
        // No batch has more, nor needs room for more.
        let expected = round.left.min(limit);
        let mut asking = Asking::new(key);
        let mut asker = AskFor { entries: self, round };
        let mut core = self.core.lock();
        core.ledger.expected = expected;
        match core.try_register(&mut asking, limit, &mut asker) {
            Registered::Cached(slot) => {
                let known = core.known(slot)?;
                drop(core);
                return Some(self.read_known(&known));
            }
            Registered::Closed => asker.round.find_replaced(),
            Registered::Leading(_) | Registered::Joined(_) => {}
        }
        None
    }
}

/// Asks for a key of one fact, in the round of one evaluation.
struct AskFor<'a, P: Sources, K: FactKey> {
    entries: &'a StdArc<Entries<K>>,
    round: &'a mut Round<P>,
}

impl<P: Sources, K: Stored<P>> Asker<Load> for AskFor<'_, P, K> {
    fn open(&mut self, batch: BatchId) -> Load {
        let owner = StdArc::clone(self.entries);
        SharedFuture::load(Owned { owner, batch }, self.round.everybody())
    }

    fn join(&mut self, batch: BatchId, load: &Load) -> bool {
        self.round.wait_for(|tables| K::table(tables), batch, load)
    }
}

impl<P: Sources, K: Stored<P>> AnyTable<P> for Table<K> {
    fn start(&self, sources: &StdArc<P>, BatchHandle { batch, load }: BatchHandle<'_>) {
        let Some(entries) = self.entries() else { return };
        let taken = entries.core.lock().take(batch);
        if let Some(asked) = taken {
            load.start(Box::pin(load::load(StdArc::clone(sources), asked)));
        }
    }

    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>)) {
        if let Some(entries) = self.entries() {
            run(LedgerHandle(&mut entries.core.lock().ledger));
        }
    }
}
