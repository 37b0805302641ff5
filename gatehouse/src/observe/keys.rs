//! A cache of the names of metrics with their labels.
//!
//! The `metrics` facade allocates unless labels are static. The labels of a decision are static texts, but
//! their combination is known only at run time, and the facade cannot tell whether a recorder is
//! installed. So the combinations are kept in a table of fixed size: no decision allocates, not even the
//! first.

use std::sync::OnceLock;

use metrics::{Key, Label};

/// Slots of the table: three or four for each policy of a service, and three for each domain. A key
/// that finds no free slot allocates.
const SLOTS: usize = 512;

/// Slots that are probed for one key.
const PROBES: usize = 16;

type Labelled = [(&'static str, &'static str)];

struct Slot {
    name: OnceLock<Named>,
    /// Made from the name, which is initialised first.
    key: OnceLock<Key>,
}

/// A metric's name and its labels, one to three.
struct Named {
    metric: &'static str,
    labels: [Label; 3],
    len: usize,
}

impl Named {
    fn new(metric: &'static str, labels: &Labelled) -> Self {
        let label = |at: usize| {
            let (key, value) = labels.get(at).copied().unwrap_or_default();
            Label::from_static_parts(key, value)
        };
        Self { metric, labels: [label(0), label(1), label(2)], len: labels.len().min(3) }
    }

    fn labels(&self) -> &[Label] {
        &self.labels[..self.len]
    }

    /// Whether these are its name and its labels. The names of labels are not compared: they depend on the
    /// metric alone.
    fn is_named(&self, metric: &str, labels: &Labelled) -> bool {
        // Usually it is the same text at the same address.
        let same = |a: &str, b: &str| std::ptr::eq(a, b) || a == b;
        same(self.metric, metric)
            && self.labels().iter().zip(labels).all(|(mine, (_, value))| same(mine.value(), value))
    }
}

static TABLE: [Slot; SLOTS] =
    [const { Slot { name: OnceLock::new(), key: OnceLock::new() } }; SLOTS];

/// Calls `run` with the key of `metric` and its labels, one to three.
pub(super) fn with<T>(metric: &'static str, labels: &Labelled, run: impl FnOnce(&Key) -> T) -> T {
    if let Some(key) = find(metric, labels) {
        return run(key);
    }
    run(&new_key(metric, labels))
}

/// A key that is not cached.
pub(super) fn new_key(metric: &'static str, labels: &Labelled) -> Key {
    let label = |&(key, value): &_| Label::from_static_parts(key, value);
    Key::from_parts(metric, labels.iter().map(label).collect::<Vec<_>>())
}

fn find(metric: &'static str, labels: &Labelled) -> Option<&'static Key> {
    let first = first_slot(metric, labels);
    for at in first..first + PROBES {
        let slot = &TABLE[at % SLOTS];
        let name = slot.name.get_or_init(|| Named::new(metric, labels));
        if name.is_named(metric, labels) {
            return Some(
                slot.key.get_or_init(|| Key::from_static_labels(name.metric, name.labels())),
            );
        }
    }
    None
}

/// The first slot to probe. It hashes addresses: a text at two addresses has two slots, which is harmless.
fn first_slot(metric: &str, labels: &Labelled) -> usize {
    // Fibonacci hashing: no attacker chooses the addresses.
    let mix = |hash: usize, text: &str| {
        (hash.rotate_left(5) ^ text.as_ptr().addr()).wrapping_mul(0x9E37_79B9)
    };
    let hash = labels.iter().fold(mix(0, metric), |hash, (_, value)| mix(hash, value));
    (hash >> 16) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(metric: &'static str, labels: &Labelled) -> String {
        with(metric, labels, Key::to_string)
    }

    #[test]
    fn a_key_has_its_name_and_its_labels_cached_or_not() {
        for _ in 0..2 {
            assert_eq!(text("m", &[("a", "1"), ("b", "2")]), "Key(m, [a = 1, b = 2])");
            assert_eq!(text("m", &[("a", "2"), ("b", "1")]), "Key(m, [a = 2, b = 1])");
            assert_eq!(text("n", &[("a", "1")]), "Key(n, [a = 1])");
        }
    }

    #[test]
    fn a_full_table_keeps_its_keys_and_still_makes_others() {
        let labels = [("fact", "Level")];
        let kept = || std::ptr::from_ref(find("kept", &labels).expect("the table is not full yet"));
        let before = kept();
        for number in 0..2 * SLOTS {
            let value: &'static str = Box::leak(number.to_string().into_boxed_str());
            assert_eq!(text("full", &[("n", value)]), format!("Key(full, [n = {number}])"));
        }
        assert_eq!(before, kept());
    }
}
