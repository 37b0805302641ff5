//! The texts of the keys and values that are shown, each built once.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use crate::fact::FactKey;
use crate::text::FactText;
use crate::unwind::drop_quietly;

/// About how many bytes of texts a page keeps. Beyond that, texts are built again.
const MAX_KEPT_BYTES: usize = 1 << 18;

/// Ids for the keys of all facts, and the texts of these keys and of their values.
///
/// All traces that share these texts must read the same facts, because the value of a key is formatted
/// once. A page reads one generation of a session, so its records share their texts.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The bytes of a text at most.
    max_len: usize,
    /// For each type of fact, a `HashMap` from keys to ids.
    ids: BTreeMap<TypeId, Box<dyn Any + Send>>,
    /// By id.
    of_keys: Vec<KeyTexts>,
    bytes: usize,
}

#[derive(Debug)]
struct KeyTexts {
    key: FactText,
    value: Option<FactText>,
}

impl Default for Texts {
    /// Texts that are not cut.
    fn default() -> Self {
        Self::cut_at(usize::MAX)
    }
}

impl Texts {
    /// Texts of at most `max_len` bytes each.
    pub(crate) fn cut_at(max_len: usize) -> Self {
        Self { max_len, ids: BTreeMap::new(), of_keys: Vec::new(), bytes: 0 }
    }

    /// Takes the texts, and leaves an empty set with the same maximal length.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::cut_at(self.max_len);
        std::mem::replace(self, empty)
    }

    /// Forgets the texts if they are many. Must not be called while a trace uses them.
    pub(crate) fn bound(&mut self) {
        if self.bytes > MAX_KEPT_BYTES {
            drop(self.take());
        }
    }

    /// Cuts the text of an error.
    pub(crate) fn cut(&self, text: &FactText) -> FactText {
        text.cut_at(self.max_len)
    }

    /// The id of `key`.
    pub(super) fn id<K: FactKey>(&mut self, key: &K) -> usize {
        let empty = || Box::new(HashMap::<K, usize>::new());
        let ids = self.ids.entry(TypeId::of::<K>()).or_insert_with(|| empty());
        let Some(ids) = ids.downcast_mut::<HashMap<K, usize>>() else { return usize::MAX };
        if let Some(id) = ids.get(key) {
            return *id;
        }
        let id = self.of_keys.len();
        let text = FactText::of(key, self.max_len);
        self.bytes += text.bytes() + size_of::<K>() + size_of::<KeyTexts>();
        // Pushed first: if the key's `Hash` panics, no id is left without its texts.
        self.of_keys.push(KeyTexts { key: text, value: None });
        ids.insert(key.clone(), id);
        id
    }

    /// The text of the key with this `id`.
    pub(super) fn key(&self, id: usize) -> FactText {
        self.of_keys.get(id).map(|of| of.key.clone()).unwrap_or_default()
    }

    /// The text of the value of the key with this `id`.
    pub(super) fn value<V: Debug>(&mut self, id: usize, value: impl FnOnce() -> V) -> FactText {
        let Some(KeyTexts { value: known, .. }) = self.of_keys.get_mut(id) else {
            return FactText::default();
        };
        if let Some(text) = known {
            return text.clone();
        }
        let text = FactText::of(&value(), self.max_len);
        self.bytes += text.bytes();
        known.insert(text).clone()
    }
}

impl Drop for Texts {
    /// Keys are the user's, and a destructor that panics here must not change a decision.
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            drop_quietly(std::mem::take(&mut self.ids));
        }
    }
}
