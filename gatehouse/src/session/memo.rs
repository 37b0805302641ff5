//! What was computed on a session: the results of derived facts.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::index::{Hashed, Index};
use super::sync::{HashState, Mutex};
use crate::fact::{FactKey, FailedFact};

/// What a derived fact came to: its value, or the facts that failed on the way.
pub(crate) type Computed<V> = Result<V, Arc<[FailedFact]>>;

/// A result that will not change any more.
#[derive(Debug)]
pub(crate) struct Settled<V> {
    pub(crate) computed: Computed<V>,
    /// Links of derived facts below it, at most.
    pub(crate) height: u32,
}

/// The results of every derived fact of a generation. Nothing is allocated before the first one.
#[derive(Default)]
pub(crate) struct Memo {
    facts: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Memo {
    /// The results of the fact `K`.
    pub(crate) fn of<K: FactKey>(&self) -> Arc<MemoOf<K>> {
        let mut facts = self.facts.lock();
        let memo = facts.entry(TypeId::of::<K>()).or_insert_with(|| Arc::new(MemoOf::<K>::new()));
        Arc::clone(memo).downcast().unwrap_or_default()
    }
}

/// The results of one derived fact. No user code but `Eq` of a key runs under its lock.
pub(crate) struct MemoOf<K: FactKey> {
    results: Mutex<Results<K>>,
    hash_state: HashState,
}

type Entry<K> = (Arc<Hashed<K>>, Arc<Settled<<K as FactKey>::Value>>);

/// Keys and what they came to.
struct Results<K: FactKey> {
    index: Index,
    settled: Vec<Entry<K>>,
}

impl<K: FactKey> Results<K> {
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.index.find(key.hash(), |at| *key.key() == *self.settled[at].0.key())
    }
}

impl<K: FactKey> Default for MemoOf<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> MemoOf<K> {
    fn new() -> Self {
        let results = Results { index: Index::default(), settled: Vec::new() };
        Self { results: Mutex::new(results), hash_state: HashState::default() }
    }

    /// The key with its hash.
    pub(crate) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if there is one.
    pub(crate) fn get(&self, key: &Hashed<K>) -> Option<Arc<Settled<K::Value>>> {
        let results = self.results.lock();
        let at = results.find(key)?;
        Some(Arc::clone(&results.settled[at].1))
    }

    /// Keeps the result of `key`. Whoever computed it too came to the same.
    pub(crate) fn insert(&self, key: Arc<Hashed<K>>, settled: Arc<Settled<K::Value>>) {
        let mut results = self.results.lock();
        if results.find(&key).is_none() {
            let at = results.settled.len();
            results.index.put(key.hash(), at, 0);
            results.settled.push((key, settled));
        }
    }
}
