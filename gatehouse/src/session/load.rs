//! One call of one source, and its contract: what came back is matched to what was asked.

use std::sync::{Arc, OnceLock};

use crate::fact::{FactError, FactResult, LoadedFact};
use crate::private::Stored;
use crate::source::{FactSource, Loaded, Sources};
use crate::telemetry::LoadWatch;

/// What a load comes to: nothing yet, one result for each key, or an error. A load that is over and
/// has left nothing panicked. Cloning it runs no user code, so it may be done under a lock.
pub(crate) struct Results<V>(Arc<OnceLock<Result<Vec<FactResult<V>>, FactError>>>);

impl<V> Default for Results<V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<V> Results<V> {
    /// What the load came to. It is over once: there is nothing before.
    fn put(&self, answer: Result<Vec<FactResult<V>>, FactError>) {
        let _ = self.0.set(answer);
    }
}

impl<V> Clone for Results<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Clone> Results<V> {
    /// The result of the key at this place.
    pub(super) fn read(&self, at: usize) -> FactResult<V> {
        match self.0.get() {
            Some(Ok(results)) => results[at].clone(),
            Some(Err(error)) => Err(error.clone()),
            None => Err(FactError::panicked()),
        }
    }
}

/// Puts the answers to `keys` into `results`, in their order.
///
/// Keys that the source left out are missing; keys that nobody asked for are dropped and reported.
pub(super) async fn load<P: Sources, K: Stored<P>>(
    sources: Arc<P>,
    keys: Vec<K>,
    results: Results<K::Value>,
) {
    let watch = LoadWatch::open(K::NAME, keys.len());
    #[cfg(feature = "testing")]
    crate::testing::note_load::<K>(keys.len());
    let answer = watch.within(K::source(&sources).load(&keys)).await;
    let answer = match answer {
        Ok(loaded) => Ok(matched(&keys, loaded, &watch)),
        Err(error) => Err(error),
    };
    watch.close(keys.len(), &answer);
    // The results come last: if a destructor of the user's panics, there are none.
    drop(keys);
    drop(sources);
    results.put(answer);
}

fn matched<K: LoadedFact>(
    keys: &[K],
    mut loaded: Loaded<K>,
    watch: &LoadWatch,
) -> Vec<FactResult<K::Value>> {
    let mut results = Vec::with_capacity(keys.len());
    for key in keys {
        results.push(match loaded.take(key) {
            Ok(None) if K::REQUIRED => Err(FactError::missing()),
            result => result,
        });
    }
    if !loaded.is_empty() {
        watch.foreign_keys(loaded.len());
    }
    results
}
