//! What was computed on a session: the results of derived facts.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::collections::{HashState, Hashed, Index};
use crate::fact::{FactKey, FailedFact};
use crate::sync::Mutex;

/// What a derived fact came to: its value, or the facts that failed on the way.
pub(crate) type DerivedResult<V> = Result<V, Arc<[FailedFact]>>;

/// A result that will not change any more.
#[derive(Clone, Debug)]
pub(crate) struct Final<V> {
    pub(crate) computed: DerivedResult<V>,
    /// Links of derived facts below it, at most.
    pub(crate) height: u32,
}

/// A key, and what it came to, once that is settled.
pub(crate) struct MemoEntry<K: FactKey> {
    key: Hashed<K>,
    settled: OnceLock<Final<K::Value>>,
}

impl<K: FactKey> MemoEntry<K> {
    pub(crate) fn new(key: Hashed<K>) -> Self {
        Self { key, settled: OnceLock::new() }
    }

    pub(crate) fn key(&self) -> &K {
        self.key.key()
    }

    pub(crate) fn settled(&self) -> Option<&Final<K::Value>> {
        self.settled.get()
    }

    /// What it comes to from now on, unless that is settled.
    pub(crate) fn settle(&self, settled: Final<K::Value>) {
        let _ = self.settled.set(settled);
    }
}

/// The results of every derived fact of a generation. Nothing is allocated before the first one.
#[derive(Default)]
pub(crate) struct Memo {
    facts: Mutex<Option<Box<Facts>>>,
}

/// The [`FactMemo`] each fact.
type Facts = BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>;

impl Memo {
    /// The results of the fact `K`.
    pub(crate) fn of<K: FactKey>(&self) -> Arc<FactMemo<K>> {
        let mut facts = self.facts.lock();
        let facts = facts.get_or_insert_default();
        let memo = facts.entry(TypeId::of::<K>()).or_insert_with(|| Arc::new(FactMemo::<K>::new()));
        Arc::clone(memo).downcast().unwrap_or_default()
    }
}

/// The results of one derived fact. No user code but `Eq` of a key runs under its lock.
pub(crate) struct FactMemo<K: FactKey> {
    results: Mutex<Results<K>>,
    hash_state: HashState,
}

/// Keys and what they came to: each is settled.
struct Results<K: FactKey> {
    index: Index,
    settled: Vec<Arc<MemoEntry<K>>>,
}

impl<K: FactKey> Results<K> {
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.index.find(key.hash(), |at| *key.key() == *self.settled[at].key())
    }
}

impl<K: FactKey> Default for FactMemo<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> FactMemo<K> {
    fn new() -> Self {
        let results = Results { index: Index::default(), settled: Vec::new() };
        Self { results: Mutex::new(results), hash_state: HashState::default() }
    }

    /// The key with its hash.
    pub(crate) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The result of `key`, if there is one.
    pub(crate) fn get(&self, key: &Hashed<K>) -> Option<Arc<MemoEntry<K>>> {
        let results = self.results.lock();
        let at = results.find(key)?;
        Some(Arc::clone(&results.settled[at]))
    }

    /// The result of the key of `entry`, which has none of its own yet.
    pub(crate) fn settled(&self, entry: &MemoEntry<K>) -> Option<Arc<MemoEntry<K>>> {
        self.get(&entry.key)
    }

    /// Keeps what a key came to. Whoever computed it too came to the same.
    pub(crate) fn insert(&self, entry: Arc<MemoEntry<K>>) {
        let mut results = self.results.lock();
        if results.find(&entry.key).is_none() {
            let at = results.settled.len();
            results.index.put(entry.key.hash(), at, 0);
            results.settled.push(entry);
        }
    }
}
