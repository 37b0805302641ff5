//! Where keys are found by their hashes.
//!
//! Whoever keeps keys has them in a vector of its own, and their places here. An index knows no key
//! type, so that it is compiled once, and not anew for each fact of a user's.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// A key with its hash, computed before a lock is taken so that no user `Hash` runs under it.
#[derive(Clone, Debug)]
pub(crate) struct Hashed<K> {
    hash: u64,
    pub(super) key: K,
}

impl<K: Hash> Hashed<K> {
    pub(crate) fn new(key: K, state: &impl BuildHasher) -> Self {
        Self { hash: state.hash_one(&key), key }
    }
}

impl<K> Hashed<K> {
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}

/// Passes a hash through.
#[derive(Default)]
struct Passthrough(u64);

impl Hasher for Passthrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        debug_assert!(false, "only hashes are hashed here");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Keys that are looked through, so that few of them need no map.
const FEW: usize = 4;

/// The places of keys in a vector, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The hashes of the first places, and how many there are.
    few: [u64; FEW],
    count: usize,
    /// The last place of each hash, from `FEW` on.
    last: HashMap<u64, usize, BuildHasherDefault<Passthrough>>,
    /// The place before, of a place whose hash was there already: hardly ever one.
    before: BTreeMap<usize, usize>,
}

impl Index {
    /// The place of the key that has this hash and that `is_it`.
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut next = self.last(hash);
        while let Some(at) = next
            && !is_it(at)
        {
            next = self.before(hash, at);
        }
        next
    }

    fn last(&self, hash: u64) -> Option<usize> {
        self.last.get(&hash).copied().or_else(|| self.among_few(hash, FEW))
    }

    fn before(&self, hash: u64, at: usize) -> Option<usize> {
        self.before.get(&at).copied().or_else(|| self.among_few(hash, at))
    }

    /// The last of the first places that has this hash and is before `end`.
    fn among_few(&self, hash: u64, end: usize) -> Option<usize> {
        self.few[..end.min(self.count)].iter().rposition(|known| *known == hash)
    }

    /// A key that was not there has this hash, and the next place: 0, then 1, and so on.
    pub(crate) fn put(&mut self, hash: u64, at: usize) {
        if let Some(few) = self.few.get_mut(at) {
            *few = hash;
            self.count = at + 1;
        } else if let Some(before) = self.last.insert(hash, at) {
            self.before.insert(at, before);
        }
    }
}
