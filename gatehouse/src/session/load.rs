//! One call of one source.

use std::pin::pin;
use std::sync::Arc;

use super::results::{BatchResults, KeyBatch, match_answers};
use super::storage::{Sources, Stored};
use crate::fact::FactError;
use crate::observe::{Answers, LoadObserver};
use crate::source::{Call, FactSource};

/// Loads the keys of a batch, and sets the batch's results.
///
/// A key that the source leaves out is missing. Keys that nobody asked for are dropped. If the source does not
/// declare them, they are also reported, and every key without an answer has failed.
pub(super) async fn load<P: Sources, K: Stored<P>>(
    sources: Arc<P>,
    batch: Arc<KeyBatch<K>>,
    call: Call,
) {
    let keys = &batch.keys;
    let observer = LoadObserver::open(K::NAME, keys.len());
    #[cfg(feature = "testing")]
    crate::observe::counts::note_load::<K>(keys.len());
    let source = K::source(&sources);
    // Pinned here, so that the instrumented future stores a reference instead of a second copy.
    let answer = observer.within(pin!(source.load_within(keys, &call))).await;
    let answer = match answer {
        Ok(loaded) => {
            let (mut found, foreign) = match_answers(loaded, keys);
            if K::REQUIRED {
                found.fail_missing(FactError::missing);
            }
            if foreign > 0 {
                observer.foreign_keys(foreign);
            }
            Ok(found)
        }
        Err(error) => Err(error),
    };
    observer.close(|| count(keys.len(), &answer));
    drop((source, call));
    // The results are set last: should a destructor of the user's panic, there are none.
    drop(sources);
    // A load ends once, so nothing is set yet.
    let _ = batch.results.set(answer);
}

/// Counts the answers of a load of `keys` keys.
fn count<V>(keys: usize, answer: &Result<BatchResults<V>, FactError>) -> Answers<'_> {
    match answer {
        Ok(found) => {
            let (failed, error) = (found.failed().count(), found.failed().next());
            let (found, without) = found.count();
            Answers { found, missing: without - failed, failed, error }
        }
        Err(error) => Answers { found: 0, missing: 0, failed: keys, error: Some(error) },
    }
}
