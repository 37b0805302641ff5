//! What stands in for a sensitive key part or value.

use std::fmt::{self, Debug};

use super::key::FactKey;

/// Stands in for a key part that is shown nowhere.
pub struct Sensitive;

/// A value of a fact, as text may show it.
pub(crate) fn shown<K: FactKey>(value: &K::Value) -> &dyn Debug {
    if K::SENSITIVE { &Sensitive } else { value }
}

impl Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sensitive>")
    }
}
