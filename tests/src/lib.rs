//! What tests share: domains, facts, sources, an executor that counts, a collector of spans, tests in a
//! process of their own, random numbers, tables of seeded faults, and the soak.

pub mod child;
pub mod domains;
#[cfg(not(loom))]
pub mod executor;
pub mod facts;
pub mod faults;
#[cfg(not(loom))]
mod held;
pub mod random;
mod scripted;
#[cfg(not(loom))]
pub mod soak;
#[cfg(not(loom))]
mod soon;
#[cfg(not(loom))]
pub mod spans;

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

#[cfg(not(loom))]
pub use held::Held;
pub use scripted::{Answer, Scripted};
#[cfg(not(loom))]
pub use soon::{PATIENCE, soon};

/// The number of occurrences of each element.
pub fn occurrences<T: Eq + Hash + Debug>(
    elements: impl IntoIterator<Item = T>,
) -> HashMap<T, usize> {
    let mut occurrences = HashMap::new();
    for element in elements {
        *occurrences.entry(element).or_insert(0) += 1;
    }
    occurrences
}
