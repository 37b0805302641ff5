//! A source whose calls wait until a test releases them.

use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::bounds::LoadedFact;
use gatehouse::{Call, FactError, FactSource, Loaded};
use tokio::sync::Semaphore;

/// A source that answers by another one, each call once it is released.
#[derive(Debug)]
pub struct Held<S> {
    source: S,
    released: Semaphore,
    calls: AtomicUsize,
}

impl<S> Held<S> {
    /// Holds every call to `source`.
    pub fn new(source: S) -> Self {
        Self { source, released: Semaphore::new(0), calls: AtomicUsize::new(0) }
    }

    /// Releases so many calls, those that wait and those to come.
    pub fn release(&self, calls: usize) {
        self.released.add_permits(calls);
    }

    /// The number of calls so far, released or not.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl<K: LoadedFact, S: FactSource<K>> FactSource<K> for Held<S> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(&self, keys: &[K], call: &Call) -> Result<Loaded<K>, FactError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.released.acquire().await?.forget();
        self.source.load_within(keys, call).await
    }

    fn max_batch_size(&self) -> usize {
        self.source.max_batch_size()
    }
}
