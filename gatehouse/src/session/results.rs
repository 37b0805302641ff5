//! The results of a batch, by the positions of its keys.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::core::LoadingBatch;
use crate::collections::{KeySet, OneOrMany};
use crate::fact::{FactError, FactKey, FactResult};
use crate::source::{Loaded, LoadedParts};

/// The result of a load: nothing yet, the results of its keys, or an error for all of them. A load that
/// is over without a result panicked.
pub(crate) type Results<V> = OnceLock<Result<BatchResults<V>, FactError>>;

/// Keys of a fact that are loaded by one call.
pub(super) type KeyBatch<K> = LoadingBatch<K, Results<<K as FactKey>::Value>>;

/// The results of the keys of one call, in their order.
pub(crate) struct BatchResults<V> {
    values: OneOrMany<Option<V>>,
    /// The keys that failed one by one, by their positions; they have no value.
    failed: Option<BTreeMap<usize, FactError>>,
}

impl<V> BatchResults<V> {
    pub(crate) fn new(values: OneOrMany<Option<V>>) -> Self {
        Self { values, failed: None }
    }

    /// Matches answers that came in another order than `asked`; a failure replaces a value. Returns the
    /// keys that nobody asked for.
    pub(crate) fn match_unordered<K: FactKey<Value = V>>(
        &mut self,
        asked: &[K],
        found: Vec<(K, V)>,
        failed: Vec<(K, FactError)>,
    ) -> Vec<K> {
        let positions: KeySet<'_, K> = asked.iter().collect();
        let mut foreign = Vec::new();
        for (key, value) in found {
            match positions.find(&key) {
                Some(at) => self.values[at] = Some(value),
                None => foreign.push(key),
            }
        }
        for (key, error) in failed {
            match positions.find(&key) {
                Some(at) => self.fail(at, error),
                None => foreign.push(key),
            }
        }
        foreign
    }

    fn fail(&mut self, at: usize, error: FactError) {
        self.values[at] = None;
        self.failed.get_or_insert_default().insert(at, error);
    }

    /// Fails every missing key with this error.
    pub(crate) fn fail_missing(&mut self, error: fn() -> FactError) {
        for at in 0..self.values.len() {
            if self.values[at].is_none() && self.failure(at).is_none() {
                self.fail(at, error());
            }
        }
    }

    /// The number of keys with a value, and the number of those without one, failed ones included.
    pub(crate) fn count(&self) -> (usize, usize) {
        let found = self.values.iter().filter(|value| value.is_some()).count();
        (found, self.values.len() - found)
    }

    /// The failures, in the order of the keys.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &FactError> {
        self.failed.iter().flat_map(BTreeMap::values)
    }

    fn failure(&self, at: usize) -> Option<&FactError> {
        self.failed.as_ref()?.get(&at)
    }
}

impl<V: Clone> BatchResults<V> {
    fn read(&self, at: usize) -> FactResult<V> {
        match &self.values[at] {
            Some(value) => Ok(Some(value.clone())),
            None => self.failure(at).map_or(Ok(None), |error| Err(error.clone())),
        }
    }
}

/// The result of the key at position `at` of a finished batch.
pub(super) fn read<V: Clone>(results: &Results<V>, at: usize) -> FactResult<V> {
    match results.get() {
        Some(Ok(found)) => found.read(at),
        Some(Err(error)) => Err(error.clone()),
        None => Err(FactError::panicked()),
    }
}

/// Matches an answer to the keys of a call, which are distinct. Returns their results, and the number of
/// *foreign* keys: keys of the answer that nobody asked for, unless the source declares them. If there is a
/// foreign key, every key without an answer has failed: it may be answered under another spelling.
pub(super) fn match_answers<K: FactKey>(
    loaded: Loaded<K>,
    asked: &[K],
) -> (BatchResults<K::Value>, usize) {
    let LoadedParts { mut found, failed, more_than_asked } = loaded.into_parts();
    if let ([key], [(answered, _)]) = (asked, &*found)
        && answered == key
        && failed.is_empty()
    {
        // One key and its answer: the most frequent case.
        return (BatchResults::new(OneOrMany::One(found.pop().map(|(_, value)| value))), 0);
    }
    let mut found = found.into_iter().peekable();
    let mut answer = |key| found.next_if(|(answered, _)| answered == key).map(|(_, value)| value);
    let values = if let [key] = asked {
        OneOrMany::One(answer(key))
    } else {
        // A loop, because `collect` is several times as much code for each fact.
        let mut values = Vec::with_capacity(asked.len());
        for key in asked {
            values.push(answer(key));
        }
        OneOrMany::Many(values)
    };
    let mut results = BatchResults::new(values);
    if found.peek().is_none() && failed.is_empty() {
        return (results, 0);
    }
    let foreign = results.match_unordered(asked, found.collect(), failed);
    if foreign.is_empty() || more_than_asked {
        return (results, 0);
    }
    results.fail_missing(FactError::unasked);
    (results, foreign.iter().collect::<KeySet<'_, K>>().keys.len())
}
