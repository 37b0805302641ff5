//! The texts of the keys and values that are shown, each made once.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use crate::fact::FactKey;
use crate::text::FactText;
use crate::unwind::drop_quietly;

/// Numbers for the keys of any fact, and the texts of what they are and of what was found.
///
/// All that reads with the same texts must read the same facts: what was found of a key is looked at
/// once. A page reads one generation of a session, so its records share theirs.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The bytes of a text at most.
    most: usize,
    ids: BTreeMap<TypeId, Box<dyn Any + Send>>,
    of_keys: Vec<OfKey>,
    bytes: usize,
}

#[derive(Debug)]
struct OfKey {
    key: FactText,
    found: Option<FactText>,
}

/// How many bytes a page keeps of its texts, about. The keys beyond are written anew.
const KEPT: usize = 1 << 18;

impl Default for Texts {
    /// Texts that are not cut.
    fn default() -> Self {
        Self::cut_at(usize::MAX)
    }
}

impl Texts {
    /// Texts of `most` bytes each at most.
    pub(crate) fn cut_at(most: usize) -> Self {
        Self { most, ids: BTreeMap::new(), of_keys: Vec::new(), bytes: 0 }
    }

    /// What is here, which leaves nothing but the length of a text.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::cut_at(self.most);
        std::mem::replace(self, empty)
    }

    /// Forgets what is here, if it is much: while no trace is under way.
    pub(crate) fn bound(&mut self) {
        if self.bytes > KEPT {
            drop(self.take());
        }
    }

    /// The text of an error.
    pub(crate) fn cut(&self, text: &FactText) -> FactText {
        text.cut_at(self.most)
    }

    pub(super) fn id<K: FactKey>(&mut self, key: &K) -> usize {
        let empty = || Box::new(HashMap::<K, usize>::new());
        let ids = self.ids.entry(TypeId::of::<K>()).or_insert_with(|| empty());
        let Some(ids) = ids.downcast_mut::<HashMap<K, usize>>() else { return usize::MAX };
        if let Some(id) = ids.get(key) {
            return *id;
        }
        let id = self.of_keys.len();
        let text = FactText::of(key, self.most);
        self.bytes += text.bytes() + size_of::<K>() + size_of::<OfKey>();
        // The key's `Hash` may panic: nothing is found then that is not there.
        self.of_keys.push(OfKey { key: text, found: None });
        ids.insert(key.clone(), id);
        id
    }

    pub(super) fn key(&self, id: usize) -> FactText {
        self.of_keys.get(id).map(|of| of.key.clone()).unwrap_or_default()
    }

    pub(super) fn value<V: Debug>(&mut self, id: usize, value: impl FnOnce() -> V) -> FactText {
        let Some(OfKey { found, .. }) = self.of_keys.get_mut(id) else {
            return FactText::default();
        };
        if let Some(text) = found {
            return text.clone();
        }
        let text = FactText::of(&value(), self.most);
        self.bytes += text.bytes();
        found.insert(text).clone()
    }
}

impl Drop for Texts {
    /// Keys are a user's, and nobody has asked the user for these.
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            drop_quietly(std::mem::take(&mut self.ids));
        }
    }
}
