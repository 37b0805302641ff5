//! One call of one source, and its contract: what came back is matched to what was asked.

use std::sync::Arc;

use crate::fact::{FactError, FactResult, LoadedFact};
use crate::private::Stored;
use crate::source::{FactSource, Loaded, Sources};
use crate::telemetry::LoadSpan;

/// The answers to `keys`, in their order.
///
/// Keys that the source left out are missing; keys that nobody asked for are dropped and reported.
pub(super) async fn load<P: Sources, K: Stored<P>>(
    sources: Arc<P>,
    keys: Vec<K>,
) -> Vec<FactResult<K::Value>> {
    let span = LoadSpan::open(K::NAME, keys.len());
    #[cfg(feature = "testing")]
    crate::testing::note_load::<K>(keys.len());
    let answer = span.within(K::source(&sources).load(&keys)).await;
    let results = match answer {
        Ok(loaded) => matched(&keys, loaded, &span),
        Err(error) => keys.iter().map(|_| Err(error.clone())).collect(),
    };
    span.close(&results);
    results
}

fn matched<K: LoadedFact>(
    keys: &[K],
    mut loaded: Loaded<K>,
    span: &LoadSpan,
) -> Vec<FactResult<K::Value>> {
    let results = keys
        .iter()
        .map(|key| match loaded.take(key) {
            Ok(None) if K::REQUIRED => Err(FactError::missing()),
            result => result,
        })
        .collect();
    if !loaded.is_empty() {
        span.foreign_keys(loaded.len());
    }
    results
}
