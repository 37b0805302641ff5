//! One call of one source, and its contract: what came back is matched to what was asked.

use std::pin::pin;
use std::sync::Arc;

use super::results::{BatchResults, KeyBatch, matched};
use super::storage::{Sources, Stored};
use crate::fact::FactError;
use crate::observe::{Answers, LoadObserver};
use crate::source::FactSource;

/// Loads what was asked for, and puts down what it comes to.
///
/// Keys that the source left out are missing. Keys that nobody asked for are dropped; unless the source
/// declares them, they are reported, and what it left out has failed.
pub(super) async fn load<P: Sources, K: Stored<P>>(sources: Arc<P>, asked: Arc<KeyBatch<K>>) {
    let keys = &asked.keys;
    let watch = LoadObserver::open(K::NAME, keys.len());
    #[cfg(feature = "testing")]
    crate::testing::note_load::<K>(keys.len());
    // Pinned, so that what waits within a span need not hold it again.
    let answer = watch.within(pin!(K::source(&sources).load(keys))).await;
    let answer = match answer {
        Ok(loaded) => {
            let (mut found, foreign) = matched(loaded, keys);
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
    watch.close(|| count(keys.len(), &answer));
    // The results come last: if a destructor of the user's panics, there are none.
    drop(sources);
    // It is over once: there is nothing before.
    let _ = asked.results.set(answer);
}

/// What a load of so many keys came to.
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
