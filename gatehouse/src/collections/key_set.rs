//! Keys, each once, in the order in which they came.

use std::hash::{BuildHasher, Hash};

use super::hash::HashState;
use super::index::Index;

/// Keys, each once.
pub(crate) struct KeySet<'k, K> {
    index: Index,
    hash_state: HashState,
    pub(crate) keys: Vec<&'k K>,
}

impl<'k, K: Eq + Hash> KeySet<'k, K> {
    pub(crate) fn new() -> Self {
        Self { index: Index::default(), hash_state: HashState::default(), keys: Vec::new() }
    }

    /// The place of `key`, if it is there.
    pub(crate) fn find(&self, key: &K) -> Option<usize> {
        self.find_hashed(self.hash_state.hash_one(key), key)
    }

    fn find_hashed(&self, hash: u64, key: &K) -> Option<usize> {
        self.index.find(hash, |at| self.keys[at] == key)
    }

    /// The place of `key`, which is there from now on.
    pub(crate) fn find_or_insert(&mut self, key: &'k K) -> usize {
        let hash = self.hash_state.hash_one(key);
        self.find_hashed(hash, key).unwrap_or_else(|| {
            let at = self.keys.len();
            self.index.insert(hash, at, 0);
            self.keys.push(key);
            at
        })
    }
}

impl<'k, K: Eq + Hash> FromIterator<&'k K> for KeySet<'k, K> {
    fn from_iter<I: IntoIterator<Item = &'k K>>(keys: I) -> Self {
        let mut set = Self::new();
        for key in keys {
            set.find_or_insert(key);
        }
        set
    }
}
