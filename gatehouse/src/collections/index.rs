//! An index: the positions of keys in a vector, by their hashes.
//!
//! The keys are in a vector of the user of the index. An index knows no key type, so it is compiled once, and not
//! for each fact.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

use super::growth::{growth, make_room};

/// A key with its hash, computed before a lock is taken so that no user `Hash` runs under it.
#[derive(Clone, Debug)]
pub(crate) struct Hashed<K> {
    hash: u64,
    pub(crate) key: K,
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

/// The number of keys that are searched one by one; more of them are in a hash table.
const INLINE: usize = 4;

/// The positions of keys in a vector, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The hashes of the first positions.
    inline: [u64; INLINE],
    count: usize,
    spilled: Option<Box<Spilled>>,
}

/// The hash table of an index with more than [`INLINE`] keys.
#[derive(Debug, Default)]
struct Spilled {
    /// The hashes of the positions after the inline ones.
    hashes: Vec<u64>,
    /// All positions.
    positions: HashTable<u32>,
}

impl Spilled {
    /// Adds the next position, which is not inline.
    fn insert(&mut self, inline: &[u64; INLINE], hash: u64, at: usize, expected: usize) {
        make_room(&mut self.hashes, expected).push(hash);
        self.insert_position(inline, hash, at, expected);
    }

    /// Adds a position whose hash is stored.
    #[inline]
    fn insert_position(&mut self, inline: &[u64; INLINE], hash: u64, at: usize, expected: usize) {
        let Self { hashes, positions } = self;
        let hash_at = |at: &u32| {
            let at = *at as usize;
            inline.get(at).copied().unwrap_or_else(|| hashes[at - INLINE])
        };
        let position = u32::try_from(at).expect("less than 2^32 keys");
        if positions.len() == positions.capacity() {
            positions.reserve(growth(at, expected), hash_at);
        }
        positions.insert_unique(hash, position, hash_at);
    }
}

impl Index {
    /// The position of the key that has this hash and that `is_key`.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_key: impl FnMut(usize) -> bool) -> Option<usize> {
        self.find_dyn(hash, &mut is_key)
    }

    fn find_dyn(&self, hash: u64, is_key: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
        let Some(spilled) = &self.spilled else {
            return (0..self.count).find(|at| self.inline[*at] == hash && is_key(*at));
        };
        let Spilled { hashes, positions } = &**spilled;
        let mut is_key = |at: &u32| {
            let at = *at as usize;
            let hash_at = self.inline.get(at).copied().unwrap_or_else(|| hashes[at - INLINE]);
            hash_at == hash && is_key(at)
        };
        positions.find(hash, &mut is_key).map(|at| *at as usize)
    }

    /// Adds the hash of a new key, which has the next position: 0, then 1, and so on. `expected` more keys may
    /// follow.
    ///
    /// # Panics
    /// If there are 2^32 positions.
    pub(crate) fn insert(&mut self, hash: u64, at: usize, expected: usize) {
        debug_assert_eq!(at, self.count, "positions come one after the other");
        self.count += 1;
        match self.inline.get_mut(at) {
            Some(inline) => *inline = hash,
            None => match &mut self.spilled {
                Some(spilled) => spilled.insert(&self.inline, hash, at, expected),
                None => self.spill(hash, expected),
            },
        }
    }

    /// Makes the table of the inline positions and of one more, which has this hash.
    #[cold]
    fn spill(&mut self, hash: u64, expected: usize) {
        let mut spilled = Box::new(Spilled::default());
        // Reserved at once, as growth from nothing would.
        spilled.hashes.reserve_exact(INLINE + growth(INLINE, expected));
        for (at, hash) in self.inline.iter().enumerate() {
            spilled.insert_position(&self.inline, *hash, at, expected);
        }
        spilled.insert(&self.inline, hash, INLINE, expected);
        self.spilled = Some(spilled);
    }
}
