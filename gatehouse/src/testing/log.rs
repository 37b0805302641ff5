//! The calls of a source.

use std::any::Any;
use std::fmt;
use std::sync::Mutex;

use crate::fact::FactKey;
use crate::observe::counts::{Load, locked};

/// The calls of a source, of all facts, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<Call>>);

/// One call of a source.
struct Call {
    load: Load,
    keys: Box<dyn Keys>,
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
