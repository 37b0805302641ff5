//! Where keys are found by their hashes.
//!
//! Whoever keeps keys has them in a vector of its own, and their places here. An index knows no key
//! type, so that it is compiled once, and not anew for each fact of a user's.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

use super::growth::{make_room, room};

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

/// Keys that are looked through, so that few of them need no table.
const FEW: usize = 4;

/// The places of keys in a vector, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The hashes of the first places, and of the others.
    few: [u64; FEW],
    count: usize,
    more: Option<Box<More>>,
}

/// What an index has of more than a few keys.
#[derive(Debug, Default)]
struct More {
    /// The hashes of the places behind the first few.
    hashes: Vec<u64>,
    /// All places.
    places: HashTable<u32>,
}

impl More {
    /// Behind the first few, the next place has this hash.
    fn put(&mut self, few: &[u64; FEW], hash: u64, at: usize, expected: usize) {
        make_room(&mut self.hashes, expected).push(hash);
        self.enter(few, hash, at, expected);
    }

    /// Enters a place, whose hash is there.
    #[inline]
    fn enter(&mut self, few: &[u64; FEW], hash: u64, at: usize, expected: usize) {
        let Self { hashes, places } = self;
        let hash_at = |at: &u32| {
            let at = *at as usize;
            few.get(at).copied().unwrap_or_else(|| hashes[at - FEW])
        };
        let place = u32::try_from(at).expect("less than 2^32 keys");
        if places.len() == places.capacity() {
            places.reserve(room(at, expected), hash_at);
        }
        places.insert_unique(hash, place, hash_at);
    }
}

impl Index {
    /// The place of the key that has this hash and that `is_it`.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(usize) -> bool) -> Option<usize> {
        self.find_dyn(hash, &mut is_it)
    }

    fn find_dyn(&self, hash: u64, is_it: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
        let Some(more) = &self.more else {
            return (0..self.count).find(|at| self.few[*at] == hash && is_it(*at));
        };
        let More { hashes, places } = &**more;
        let mut is_it = |at: &u32| {
            let at = *at as usize;
            let hash_at = self.few.get(at).copied().unwrap_or_else(|| hashes[at - FEW]);
            hash_at == hash && is_it(at)
        };
        places.find(hash, &mut is_it).map(|at| *at as usize)
    }

    /// A key that was not there has this hash, and the next place: 0, then 1, and so on. As many more
    /// may be `expected`.
    ///
    /// # Panics
    /// If there are 2^32 places.
    pub(crate) fn put(&mut self, hash: u64, at: usize, expected: usize) {
        debug_assert_eq!(at, self.count, "places come one after the other");
        self.count += 1;
        match self.few.get_mut(at) {
            Some(few) => *few = hash,
            None => match &mut self.more {
                Some(more) => more.put(&self.few, hash, at, expected),
                None => self.begin_more(hash, expected),
            },
        }
    }

    /// The first few come into a table, and one more, which has this hash.
    #[cold]
    fn begin_more(&mut self, hash: u64, expected: usize) {
        let mut more = Box::new(More::default());
        // At once what growing from nothing would come to next.
        more.hashes.reserve_exact(FEW + room(FEW, expected));
        for (at, hash) in self.few.iter().enumerate() {
            more.enter(&self.few, *hash, at, expected);
        }
        more.put(&self.few, hash, FEW, expected);
        self.more = Some(more);
    }
}
