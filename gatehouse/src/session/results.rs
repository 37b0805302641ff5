//! What a batch of keys comes to, by the places of the keys.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::core::Taken;
use crate::collections::{KeySet, OneOrMany};
use crate::fact::{FactError, FactKey, FactResult};
use crate::source::{Loaded, LoadedParts};

/// What a load comes to: nothing yet, what was found, or an error for all. A load that is over and has
/// left nothing panicked.
pub(crate) type Results<V> = OnceLock<Result<BatchResults<V>, FactError>>;

/// Keys of a fact that are loaded by one call.
pub(super) type KeyBatch<K> = Taken<K, Results<<K as FactKey>::Value>>;

/// What was found of the keys of a call, in their order.
pub(crate) struct BatchResults<V> {
    values: OneOrMany<Option<V>>,
    /// Those that failed alone, if any did; they have no value.
    failed: Option<BTreeMap<usize, FactError>>,
}

impl<V> BatchResults<V> {
    pub(crate) fn new(values: OneOrMany<Option<V>>) -> Self {
        Self { values, failed: None }
    }

    /// Puts answers that came in another order than that of `asked` where they belong, and failures
    /// over them. Gives the keys that nobody asked for.
    pub(crate) fn put_in_place<K: FactKey<Value = V>>(
        &mut self,
        asked: &[K],
        found: Vec<(K, V)>,
        failed: Vec<(K, FactError)>,
    ) -> Vec<K> {
        let places: KeySet<'_, K> = asked.iter().collect();
        let mut foreign = Vec::new();
        for (key, value) in found {
            match places.find(&key) {
                Some(at) => self.values[at] = Some(value),
                None => foreign.push(key),
            }
        }
        for (key, error) in failed {
            match places.find(&key) {
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

    /// What is missing has failed, with this error.
    pub(crate) fn fail_missing(&mut self, error: fn() -> FactError) {
        for at in 0..self.values.len() {
            if self.values[at].is_none() && self.failure(at).is_none() {
                self.fail(at, error());
            }
        }
    }

    /// How many keys have a value, and how many have none, for whatever reason.
    pub(crate) fn count(&self) -> (usize, usize) {
        let found = self.values.iter().filter(|value| value.is_some()).count();
        (found, self.values.len() - found)
    }

    /// Those that failed, in the order of the keys.
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

/// The result of the key at this place of a batch that is finished.
pub(super) fn read<V: Clone>(results: &Results<V>, at: usize) -> FactResult<V> {
    match results.get() {
        Some(Ok(found)) => found.read(at),
        Some(Err(error)) => Err(error.clone()),
        None => Err(FactError::panicked()),
    }
}

/// What was found of each of `asked`, which are different keys, in their order; and how many keys
/// there are that are not among them and should be. If there are any, what has no answer failed: the
/// answer may be there, under another spelling of the key.
pub(super) fn matched<K: FactKey>(
    loaded: Loaded<K>,
    asked: &[K],
) -> (BatchResults<K::Value>, usize) {
    let LoadedParts { mut found, failed, more_than_asked } = loaded.into_parts();
    if let ([key], [(answered, _)]) = (asked, &*found)
        && answered == key
        && failed.is_empty()
    {
        // One key, and its answer, as most often.
        return (BatchResults::new(OneOrMany::One(found.pop().map(|(_, value)| value))), 0);
    }
    let mut found = found.into_iter().peekable();
    let mut answer = |key| found.next_if(|(answered, _)| answered == key).map(|(_, value)| value);
    let values = if let [key] = asked {
        OneOrMany::One(answer(key))
    } else {
        // A loop: `collect` is several times as much code, for each fact.
        let mut values = Vec::with_capacity(asked.len());
        for key in asked {
            values.push(answer(key));
        }
        OneOrMany::Many(values)
    };
    let mut matched = BatchResults::new(values);
    if found.peek().is_none() && failed.is_empty() {
        return (matched, 0);
    }
    let foreign = matched.put_in_place(asked, found.collect(), failed);
    if foreign.is_empty() || more_than_asked {
        return (matched, 0);
    }
    matched.fail_missing(FactError::unasked);
    (matched, foreign.iter().collect::<KeySet<'_, K>>().keys.len())
}
