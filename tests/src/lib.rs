//! What the tests share: a source that counts what it is asked, crowds that are counted, tests in a
//! process of their own, random numbers, tables of seeded faults, a soak.

pub mod child;
#[cfg(not(loom))]
pub mod crowd;
pub mod faults;
pub mod random;
#[cfg(not(loom))]
pub mod soak;
#[cfg(not(loom))]
pub mod spans;

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Mutex;

use gatehouse::{FactError, FactKey, FactSource, Loaded, LoadedFact};

/// What a source says of a key.
#[derive(Clone, Debug)]
pub enum Says<V> {
    /// This value.
    Value(V),
    /// Nothing.
    Missing,
    /// It failed.
    Failure,
}

type Answer<K> = dyn Fn(&K) -> Says<<K as FactKey>::Value> + Send + Sync;

/// A source of one fact that answers by a function, and remembers every call.
pub struct Scripted<K: FactKey> {
    answer: Box<Answer<K>>,
    calls: Mutex<Vec<Vec<K>>>,
    /// The most keys that a call takes.
    pub batch: usize,
}

impl<K: FactKey> Scripted<K> {
    /// A source that answers each key by `answer`.
    pub fn new(answer: impl Fn(&K) -> Says<K::Value> + Send + Sync + 'static) -> Self {
        Self { answer: Box::new(answer), calls: Mutex::default(), batch: usize::MAX }
    }

    /// The calls so far, each with its keys.
    ///
    /// # Panics
    /// If a thread panicked while it counted.
    pub fn calls(&self) -> Vec<Vec<K>> {
        self.calls.lock().expect("nobody panics while counting").clone()
    }

    /// How many keys each call had.
    pub fn sizes(&self) -> Vec<usize> {
        self.calls().iter().map(Vec::len).collect()
    }
}

impl<K: LoadedFact> FactSource<K> for Scripted<K> {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.calls.lock().expect("nobody panics while counting").push(keys.to_vec());
        let mut loaded = Loaded::new();
        for key in keys {
            match (self.answer)(key) {
                Says::Value(value) => loaded.insert(key.clone(), value),
                Says::Missing => {}
                Says::Failure => loaded.fail(key.clone(), FactError::safe("scripted failure")),
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        self.batch
    }
}

/// How often each element is there.
pub fn tally<T: Eq + Hash + Debug>(items: impl IntoIterator<Item = T>) -> HashMap<T, usize> {
    let mut tally = HashMap::new();
    for item in items {
        *tally.entry(item).or_insert(0) += 1;
    }
    tally
}
