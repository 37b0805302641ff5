//! One call of one source, and its contract: what came back is matched to what was asked.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use super::core::Taken;
use super::few::Few;
use super::index::Distinct;
use crate::fact::{FactError, FactKey, FactResult};
use crate::private::Stored;
use crate::source::{FactSource, Sources};
use crate::telemetry::LoadWatch;

/// What a load comes to: nothing yet, what was found, or an error for all. A load that is over and has
/// left nothing panicked.
pub(crate) type Results<V> = OnceLock<Result<Found<V>, FactError>>;

/// Keys of a fact that are loaded by one call.
pub(super) type Asked<K> = Taken<K, Results<<K as FactKey>::Value>>;

/// What was found of the keys of a call, in their order.
pub(crate) struct Found<V> {
    values: Few<Option<V>>,
    /// Those that failed alone, if any did; they have no value.
    failed: Option<BTreeMap<usize, FactError>>,
}

impl<V> Found<V> {
    pub(crate) fn new(values: Few<Option<V>>) -> Self {
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
        let places: Distinct<'_, K> = asked.iter().collect();
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

impl<V: Clone> Found<V> {
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

/// Loads what was asked for, and puts down what it comes to.
///
/// Keys that the source left out are missing. Keys that nobody asked for are dropped; unless the source
/// declares them, they are reported, and what it left out has failed.
pub(super) async fn load<P: Sources, K: Stored<P>>(sources: Arc<P>, asked: Arc<Asked<K>>) {
    let keys = &asked.keys;
    let watch = LoadWatch::open(K::NAME, keys.len());
    #[cfg(feature = "testing")]
    crate::testing::note_load::<K>(keys.len());
    // Pinned, so that what waits within a span need not hold it again.
    let answer = watch.within(pin!(K::source(&sources).load(keys))).await;
    let answer = match answer {
        Ok(loaded) => {
            let (mut found, foreign) = loaded.matched(keys);
            if K::REQUIRED {
                found.fail_missing(FactError::missing);
            }
            if foreign > 0 {
                watch.foreign_keys(foreign);
            }
            Ok(found)
        }
        Err(error) => Err(error),
    };
    watch.close(keys.len(), &answer);
    // The results come last: if a destructor of the user's panics, there are none.
    drop(sources);
    // It is over once: there is nothing before.
    let _ = asked.results.set(answer);
}
