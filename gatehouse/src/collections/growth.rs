//! How vectors grow that may soon have many entries.

use smallvec::SmallVec;

/// The least room that is made.
const LEAST: usize = 4;

/// How much room to make for one more of what there are `len` of, behind which as many are `expected`.
/// Growing costs a copy of all, so it should be seldom; and who expects a page of a thousand keys may
/// have a thousand items with one.
pub(super) fn room(len: usize, expected: usize) -> usize {
    let wanted = expected.saturating_add(1);
    wanted.min(len.saturating_mul(15)).max(len).max(LEAST)
}

/// Makes sure that one more has room.
#[inline]
pub(crate) fn make_room<T>(all: &mut Vec<T>, expected: usize) -> &mut Vec<T> {
    if all.len() == all.capacity() {
        all.reserve_exact(room(all.len(), expected));
    }
    all
}

/// The same, where one has room from the start.
pub(crate) fn make_small_room<T>(
    all: &mut SmallVec<[T; 1]>,
    expected: usize,
) -> &mut SmallVec<[T; 1]> {
    if all.len() == all.capacity() {
        all.reserve_exact(room(all.len(), expected));
    }
    all
}
