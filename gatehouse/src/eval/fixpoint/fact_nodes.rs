//! The nodes of one type of facts, with their keys and values.

use std::any::Any;
use std::sync::Arc;

use super::node::Disposition;
use crate::collections::Index;
use crate::fact::{FactError, FactKey, FailedFact, MAX_DEPTH};
use crate::session::{DerivedResult, FactMemo, Final, MemoEntry};

/// The nodes of one type of facts.
pub(super) struct FactNodes<K: FactKey> {
    index: Index,
    pub(super) values: Vec<NodeValue<K>>,
    /// The indices of the keys that were read last: by a policy, and by another derived fact.
    last_read: [usize; 2],
    /// The final results that the session knows.
    memo: Arc<FactMemo<K>>,
}

/// The part of a node that depends on its type: the key and its results.
pub(super) struct NodeValue<K: FactKey> {
    pub(super) node: usize,
    pub(super) entry: Arc<MemoEntry<K>>,
    /// The result of the iteration before, which its cycle reads. None during exploration.
    pub(super) provisional: Option<DerivedResult<K::Value>>,
    /// The result of this iteration.
    pub(super) result: Option<DerivedResult<K::Value>>,
}

/// Where a key was found.
pub(super) enum NodeLookup<K: FactKey> {
    /// It is this node.
    Node(usize),
    /// The session knows its final result.
    Final(Final<K::Value>),
    /// It was inserted, as the last one.
    New(Arc<MemoEntry<K>>),
}

impl<K: FactKey> FactNodes<K> {
    pub(super) fn new(memo: Arc<FactMemo<K>>) -> Self {
        Self { index: Index::default(), values: Vec::new(), last_read: [0; 2], memo }
    }

    /// Finds `key`, which a policy reads, or another derived fact if it `is_inner`. A new key is inserted
    /// as `node`.
    ///
    /// A body that runs again reads the same keys in the same order. So the key that was read last and
    /// the one after it are compared first, without hashing.
    #[inline]
    pub(super) fn find_or_insert(&mut self, key: K, is_inner: bool, node: usize) -> NodeLookup<K> {
        let last = self.last_read[usize::from(is_inner)];
        let is_at = |at: &usize| self.values.get(*at).is_some_and(|it| *it.entry.key() == key);
        if let Some(at) = [last, last + 1].into_iter().find(is_at) {
            self.last_read[usize::from(is_inner)] = at;
            return NodeLookup::Node(self.values[at].node);
        }
        self.find_or_insert_hashed(key, is_inner, node)
    }

    fn find_or_insert_hashed(&mut self, key: K, is_inner: bool, node: usize) -> NodeLookup<K> {
        let key = self.memo.hashed(key);
        let is_key = |at: usize| *self.values[at].entry.key() == *key.key();
        if let Some(at) = self.index.find(key.hash(), is_key) {
            self.last_read[usize::from(is_inner)] = at;
            return NodeLookup::Node(self.values[at].node);
        }
        if let Some(entry) = self.memo.get(&key)
            && let Some(result) = entry.result()
        {
            return NodeLookup::Final(result.clone());
        }
        let at = self.values.len();
        self.last_read[usize::from(is_inner)] = at;
        self.index.insert(key.hash(), at, 0);
        let entry = Arc::new(MemoEntry::new(key));
        let (provisional, result) = (None, None);
        self.values.push(NodeValue { node, entry: Arc::clone(&entry), provisional, result });
        NodeLookup::New(entry)
    }

    /// The key with this index. With `recheck_memo`, asks first whether the session knows its result by
    /// now.
    pub(super) fn entry(&mut self, index: usize, recheck_memo: bool) -> &Arc<MemoEntry<K>> {
        let value = &mut self.values[index];
        if recheck_memo && let Some(entry) = self.memo.entry_of(&value.entry) {
            value.entry = entry;
        }
        &value.entry
    }

    fn set_final(&mut self, index: usize, result: DerivedResult<K::Value>, depth: u32, keep: bool) {
        let value = &mut self.values[index];
        value.provisional = None;
        value.entry.set(Final { result, depth });
        if keep {
            self.memo.insert(Arc::clone(&value.entry));
        }
    }

    /// Finishes the node with this index of `nodes`, which are `Self`.
    pub(super) fn finish(nodes: &mut dyn Any, index: usize, disposition: Disposition) {
        let Some(nodes) = nodes.downcast_mut::<Self>() else { return };
        let value = &mut nodes.values[index];
        let result = value.result.take();
        match (disposition, result) {
            (Disposition::Iterate, result) => value.provisional = result,
            (Disposition::Final { depth, keep }, Some(result)) => {
                nodes.set_final(index, result, depth, keep);
            }
            (Disposition::Forget | Disposition::Final { .. }, _) => value.provisional = None,
            (Disposition::TooDeep { keep }, _) => {
                let error = failed_result::<K>(FactError::too_deep());
                nodes.set_final(index, error, MAX_DEPTH + 1, keep);
            }
        }
    }
}

/// The result of a derived fact that failed by itself.
pub(in crate::eval) fn failed_result<K: FactKey>(error: FactError) -> DerivedResult<K::Value> {
    Err([FailedFact { fact: K::NAME, error }].into())
}
