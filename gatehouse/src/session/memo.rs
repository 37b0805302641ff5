//! The final results of derived facts on a session.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::collections::{HashState, Hashed, Index};
use crate::fact::{FactKey, FailedFact};
use crate::sync::Mutex;

/// The result of a derived fact: its value, or the facts that failed while it was computed.
pub(crate) type DerivedResult<V> = Result<V, Arc<[FailedFact]>>;

/// A final result.
#[derive(Clone, Debug)]
pub(crate) struct Final<V> {
    pub(crate) result: DerivedResult<V>,
    /// Its depth: the greatest number of links of derived facts below it.
    pub(crate) depth: u32,
}

/// A key, and its final result, once there is one.
pub(crate) struct MemoEntry<K: FactKey> {
    key: Hashed<K>,
    result: OnceLock<Final<K::Value>>,
}

impl<K: FactKey> MemoEntry<K> {
    pub(crate) fn new(key: Hashed<K>) -> Self {
        Self { key, result: OnceLock::new() }
    }

    pub(crate) fn key(&self) -> &K {
        self.key.key()
    }

    pub(crate) fn result(&self) -> Option<&Final<K::Value>> {
        self.result.get()
    }

    /// Sets the final result, unless there is one.
    pub(crate) fn set(&self, result: Final<K::Value>) {
        let _ = self.result.set(result);
    }
}

/// The final results of every derived fact of a generation. Nothing is allocated before the first one.
#[derive(Default)]
pub(crate) struct Memo {
    facts: Mutex<Option<Box<Facts>>>,
}

/// The [`FactMemo`] of each fact.
type Facts = BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>;

impl Memo {
    /// The memo of the fact `K`.
    pub(crate) fn of<K: FactKey>(&self) -> Arc<FactMemo<K>> {
        let mut facts = self.facts.lock();
        let facts = facts.get_or_insert_default();
        let memo = facts.entry(TypeId::of::<K>()).or_insert_with(|| Arc::new(FactMemo::<K>::new()));
        Arc::clone(memo).downcast().unwrap_or_default()
    }
}

/// The final results of one derived fact. The only user code under its lock is the `Eq` of a key.
pub(crate) struct FactMemo<K: FactKey> {
    entries: Mutex<Entries<K>>,
    hash_state: HashState,
}

/// The entries, each with a final result.
struct Entries<K: FactKey> {
    index: Index,
    entries: Vec<Arc<MemoEntry<K>>>,
}

impl<K: FactKey> Entries<K> {
    fn find(&self, key: &Hashed<K>) -> Option<usize> {
        self.index.find(key.hash(), |at| *key.key() == *self.entries[at].key())
    }
}

impl<K: FactKey> Default for FactMemo<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> FactMemo<K> {
    fn new() -> Self {
        let entries = Entries { index: Index::default(), entries: Vec::new() };
        Self { entries: Mutex::new(entries), hash_state: HashState::default() }
    }

    /// The key with its hash.
    pub(crate) fn hashed(&self, key: K) -> Hashed<K> {
        Hashed::new(key, &self.hash_state)
    }

    /// The entry of `key`, if it has a final result.
    pub(crate) fn get(&self, key: &Hashed<K>) -> Option<Arc<MemoEntry<K>>> {
        let entries = self.entries.lock();
        let at = entries.find(key)?;
        Some(Arc::clone(&entries.entries[at]))
    }

    /// The entry with a final result for the key of `entry`.
    pub(crate) fn entry_of(&self, entry: &MemoEntry<K>) -> Option<Arc<MemoEntry<K>>> {
        self.get(&entry.key)
    }

    /// Keeps an entry with its final result. A concurrent computation has the same result, so the first
    /// entry stays.
    pub(crate) fn insert(&self, entry: Arc<MemoEntry<K>>) {
        let mut entries = self.entries.lock();
        if entries.find(&entry.key).is_none() {
            let at = entries.entries.len();
            entries.index.insert(entry.key.hash(), at, 0);
            entries.entries.push(entry);
        }
    }
}
