//! A source that answers by a function.

use std::sync::Mutex;

use gatehouse::bounds::LoadedFact;
use gatehouse::{FactError, FactKey, FactSource, Loaded};

/// The answer to one key.
#[derive(Clone, Debug)]
pub enum Answer<V> {
    /// This value.
    Value(V),
    /// No value.
    Missing,
    /// An error.
    Failure,
}

type AnswerFn<K> = dyn Fn(&K) -> Answer<<K as FactKey>::Value> + Send + Sync;

/// A source of one fact that answers by a function, and remembers every call.
pub struct Scripted<K: FactKey> {
    answer: Box<AnswerFn<K>>,
    calls: Mutex<Vec<Vec<K>>>,
    /// The most keys of a call.
    pub max_batch: usize,
}

impl<K: FactKey> Scripted<K> {
    /// A source that answers each key by `answer`.
    pub fn new(answer: impl Fn(&K) -> Answer<K::Value> + Send + Sync + 'static) -> Self {
        Self { answer: Box::new(answer), calls: Mutex::default(), max_batch: usize::MAX }
    }

    /// A source that has the same value for every key.
    pub fn always(value: K::Value) -> Self
    where
        K::Value: Clone + Send + Sync + 'static,
    {
        Self::new(move |_| Answer::Value(value.clone()))
    }

    /// A source that has no value for any key.
    pub fn missing() -> Self {
        Self::new(|_| Answer::Missing)
    }

    /// The calls so far, each with its keys.
    ///
    /// # Panics
    /// If a thread panicked while it recorded a call.
    pub fn calls(&self) -> Vec<Vec<K>> {
        self.calls.lock().expect("no thread panics here").clone()
    }

    /// The number of keys of each call.
    pub fn sizes(&self) -> Vec<usize> {
        self.calls().iter().map(Vec::len).collect()
    }
}

impl<K: LoadedFact> FactSource<K> for Scripted<K> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.calls.lock().expect("no thread panics here").push(keys.to_vec());
        let mut loaded = Loaded::new();
        for key in keys {
            match (self.answer)(key) {
                Answer::Value(value) => loaded.insert(key.clone(), value),
                Answer::Missing => {}
                Answer::Failure => loaded.fail(key.clone(), FactError::safe("scripted failure")),
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        self.max_batch
    }
}
