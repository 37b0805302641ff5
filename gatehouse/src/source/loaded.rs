//! The answer of a source.

use std::fmt;

use crate::collections::KeySet;
use crate::fact::{FactError, FactKey, shown};

/// The answer of a source: pairs of key and value, in any order. Each key must be one that was asked for,
/// unless the answer is declared [`more_than_asked`](Self::more_than_asked).
///
/// ```
/// use gatehouse::prelude::*;
/// # fact! { pub Suspended(user: u64) -> bool; }
///
/// let mut loaded: Loaded<Suspended> = [(Suspended(1), true)].into_iter().collect();
/// loaded.insert(Suspended(2), false);
/// loaded.fail(Suspended(3), FactError::safe("user 3 is being migrated"));
/// assert_eq!(loaded.len(), 3);
/// ```
pub struct Loaded<K: FactKey> {
    /// In the order of insertion, and possibly with duplicates. Most answers are in the order of the keys that
    /// were asked for, and are matched without hashing.
    found: Vec<(K, K::Value)>,
    failed: Vec<(K, FactError)>,
    /// Whether keys that were not asked for are intended.
    more_than_asked: bool,
}

impl<K: FactKey> Loaded<K> {
    /// An empty answer.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Vec::new())
    }

    fn of(found: Vec<(K, K::Value)>) -> Self {
        Self { found, failed: Vec::new(), more_than_asked: false }
    }

    /// Adds `value` for `key`. Of two values for one key, the later counts; a failure of the key takes
    /// precedence over both.
    pub fn insert(&mut self, key: K, value: K::Value) {
        self.found.push((key, value));
    }

    /// Adds a failure of `key` alone.
    pub fn fail(&mut self, key: K, error: FactError) {
        self.failed.push((key, error));
    }

    /// Declares that the answer has more keys than were asked for, on purpose. Keys that were not asked for are
    /// dropped, and keys that it leaves out are missing.
    ///
    /// Use it only if the keys compare with `==` as the data do. Without it, keys that were not asked for are
    /// taken for other spellings, and keys that the answer leaves out fail.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    ///
    /// fact! { pub Suspended(user: u64) -> bool = false; }
    ///
    /// /// The users that are suspended.
    /// struct Suspensions(Vec<u64>);
    ///
    /// impl FactSource<Suspended> for Suspensions {
    ///     async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
    ///         let all = self.0.iter().map(|user| (Suspended(*user), true));
    ///         Ok(all.collect::<Loaded<_>>().more_than_asked())
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn more_than_asked(self) -> Self {
        Self { more_than_asked: true, ..self }
    }

    /// The number of keys that have a value or a failure. It is counted at each call.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys().collect::<KeySet<'_, K>>().keys.len()
    }

    /// Whether it has neither values nor failures.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.failed.is_empty()
    }

    fn keys(&self) -> impl Iterator<Item = &K> {
        self.found.iter().map(|(key, _)| key).chain(self.failed.iter().map(|(key, _)| key))
    }

    /// The parts of the answer, for the session.
    pub(crate) fn into_parts(self) -> LoadedParts<K> {
        let Self { found, failed, more_than_asked } = self;
        LoadedParts { found, failed, more_than_asked }
    }
}

/// The parts of [`Loaded`].
pub(crate) struct LoadedParts<K: FactKey> {
    pub(crate) found: Vec<(K, K::Value)>,
    pub(crate) failed: Vec<(K, FactError)>,
    pub(crate) more_than_asked: bool,
}

impl<K: FactKey> fmt::Debug for Loaded<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys = KeySet::new();
        let mut answers: Vec<Result<&dyn fmt::Debug, &FactError>> = Vec::new();
        let found = self.found.iter().map(|(key, value)| (key, Ok(shown::<K>(value))));
        let failed = self.failed.iter().map(|(key, error)| (key, Err(error)));
        for (key, what) in found.chain(failed) {
            let at = keys.find_or_insert(key);
            match answers.get_mut(at) {
                Some(before) => *before = what,
                None => answers.push(what),
            }
        }
        f.write_str(if self.more_than_asked { "Loaded, more than asked " } else { "Loaded " })?;
        f.debug_map().entries(keys.keys.iter().zip(answers)).finish()
    }
}

impl<K: FactKey> Default for Loaded<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: FactKey> FromIterator<(K, K::Value)> for Loaded<K> {
    fn from_iter<I: IntoIterator<Item = (K, K::Value)>>(pairs: I) -> Self {
        Self::of(pairs.into_iter().collect())
    }
}

impl<K: FactKey> Extend<(K, K::Value)> for Loaded<K> {
    fn extend<I: IntoIterator<Item = (K, K::Value)>>(&mut self, pairs: I) {
        self.found.extend(pairs);
    }
}
