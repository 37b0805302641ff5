//! The fact, its table of a million rows, and the keys that are asked for.

use std::collections::HashSet;

use gatehouse::prelude::*;

fact! {
    /// The level at which `document` is shared with `usr`.
    pub Level(usr: i64, document: i64) -> i64;
}

/// The first user has many rows, so that half of any batch of keys has one.
const OF_FIRST: i64 = 10_000;
const OF_OTHERS: i64 = 50;
const OTHERS: i64 = 19_800;

/// The user and the document of a row, by its number. Documents with a row are even.
fn row(number: i64) -> (i64, i64) {
    let after = number - OF_FIRST;
    let (usr, at) =
        if after < 0 { (0, number) } else { (1 + after / OF_OTHERS, after % OF_OTHERS) };
    (usr, 2 * ((usr * 7_919 + at * 15_485_863) % 1_000_000))
}

/// The rows of the table: SQL for their columns, from their number `i` on, in both databases.
pub const ROWS: &str = "\
    SELECT usr, 2 * ((usr * 7919 + at * 15485863) % 1000000), i % 4 FROM ( \
        SELECT i, CASE WHEN i < 10000 THEN 0 ELSE 1 + (i - 10000) / 50 END AS usr, \
               CASE WHEN i < 10000 THEN i ELSE (i - 10000) % 50 END AS at FROM n) AS numbered";

/// The number of rows.
pub const COUNT: i64 = OF_FIRST + OF_OTHERS * OTHERS;

/// Which keys a batch has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// Of any users.
    Random,
    /// All of one user.
    OneUser,
}

impl Batch {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::OneUser => "of one user",
        }
    }

    /// Distinct keys, half of which have a row: which, is decided by `seed`.
    pub fn keys(self, size: usize, seed: u64) -> Vec<Level> {
        let mut numbers = Numbers(seed);
        let end = if self == Self::OneUser { OF_FIRST } else { COUNT };
        let (mut taken, mut keys) = (HashSet::new(), Vec::with_capacity(size));
        while keys.len() < size {
            let (usr, document) = row(numbers.below(end));
            let has_row = (keys.len() as u64 + seed).is_multiple_of(2);
            let key = Level(usr, document + i64::from(!has_row));
            if taken.insert(key.clone()) {
                keys.push(key);
            }
        }
        keys
    }
}

/// Numbers that look random, and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % end
    }
}
