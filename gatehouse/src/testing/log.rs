//! What a source was asked, call by call.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fact::FactKey;

/// A test that panicked elsewhere leaves the kit's data whole: each step is one push or one insert.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The calls of a source, of all facts, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<Call>>);

/// One call of a source.
struct Call {
    load: Load,
    keys: Box<dyn Keys>,
}

/// How many keys of which fact one call asked for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub(super) fact: TypeId,
    pub(super) name: &'static str,
    pub(super) keys: usize,
}

impl Load {
    /// A call with so many keys of the fact `K`.
    pub(super) fn of<K: FactKey>(keys: usize) -> Self {
        Self { fact: TypeId::of::<K>(), name: K::NAME, keys }
    }
}

/// The keys of one call, whatever their fact.
trait Keys: fmt::Debug + Any + Send {}

impl<K: FactKey> Keys for Vec<K> {}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.load.name, self.keys)
    }
}

impl Log {
    /// Notes a call.
    pub(super) fn note<K: FactKey>(&self, keys: &[K]) {
        let call = Call { load: Load::of::<K>(keys.len()), keys: Box::new(keys.to_vec()) };
        locked(&self.0).push(call);
    }

    /// The calls for the fact `K`, each with its keys.
    pub(super) fn calls<K: FactKey>(&self) -> Vec<Vec<K>> {
        let calls = locked(&self.0);
        let keys = calls.iter().map(|call| &*call.keys as &dyn Any);
        keys.filter_map(|keys| keys.downcast_ref::<Vec<K>>().cloned()).collect()
    }

    /// Each call's fact and number of keys.
    pub(super) fn loads(&self) -> Vec<Load> {
        locked(&self.0).iter().map(|call| call.load).collect()
    }

    /// Each call as text.
    pub(super) fn lines(&self) -> Vec<String> {
        locked(&self.0).iter().map(|call| format!("{call:?}")).collect()
    }

    /// Forgets all calls.
    pub(super) fn clear(&self) {
        locked(&self.0).clear();
    }
}
