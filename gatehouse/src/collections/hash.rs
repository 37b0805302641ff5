//! How keys are hashed: fast, and under keys that nobody outside knows.
//!
//! A key comes from a user's data, so whoever sends it must not be able to aim for collisions. The
//! hash is keyed twice: by a seed of the process, which the operating system made, and by one of the
//! table's own, which no other request shares.

#[cfg(not(loom))]
pub(crate) use keyed::Keyed as HashState;
/// How a table hashes its keys: the same in every execution of a model.
#[cfg(loom)]
pub(crate) type HashState = std::hash::BuildHasherDefault<std::hash::DefaultHasher>;

#[cfg(not(loom))]
mod keyed {
    use std::hash::BuildHasher;
    use std::sync::OnceLock;

    use foldhash::SharedSeed;
    use foldhash::quality::{FoldHasher, RandomState, SeedableRandomState};

    /// How a table hashes its keys.
    #[derive(Clone, Debug)]
    pub(crate) struct Keyed(SeedableRandomState);

    /// The seed of the process. That of `foldhash` is made from addresses and the time; std's is random.
    fn seed() -> &'static SharedSeed {
        static SEED: OnceLock<SharedSeed> = OnceLock::new();
        SEED.get_or_init(|| SharedSeed::from_u64(std::hash::RandomState::new().hash_one(0)))
    }

    impl Default for Keyed {
        fn default() -> Self {
            Self(SeedableRandomState::with_seed(RandomState::default().hash_one(0), seed()))
        }
    }

    impl BuildHasher for Keyed {
        type Hasher = FoldHasher<'static>;

        #[inline]
        fn build_hasher(&self) -> Self::Hasher {
            self.0.build_hasher()
        }
    }
}
