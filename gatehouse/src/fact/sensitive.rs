//! The placeholder for sensitive key parts and values.

use std::fmt::{self, Debug};

use super::key::FactKey;

/// The placeholder for a sensitive key part or value, which is shown nowhere.
pub struct Sensitive;

/// The value of a fact, or the placeholder if the fact is sensitive.
pub(crate) fn shown<K: FactKey>(value: &K::Value) -> &dyn Debug {
    if K::SENSITIVE { &Sensitive } else { value }
}

impl Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sensitive>")
    }
}
