//! The growth of vectors that may soon have many entries.

use smallvec::SmallVec;

/// The least growth.
const LEAST: usize = 4;

/// The growth of a vector of `len` entries for one more, where `expected` more may follow. Growing copies all
/// entries, so it should be rare; but `expected` is only a hint (a thousand resources may share one key), so the
/// vector grows at most 15-fold at a time.
pub(super) fn growth(len: usize, expected: usize) -> usize {
    let wanted = expected.saturating_add(1);
    wanted.min(len.saturating_mul(15)).max(len).max(LEAST)
}

/// Makes room for one more entry.
#[inline]
pub(crate) fn make_room<T>(all: &mut Vec<T>, expected: usize) -> &mut Vec<T> {
    if all.len() == all.capacity() {
        all.reserve_exact(growth(all.len(), expected));
    }
    all
}

/// [`make_room`] for a `SmallVec` with inline room for one entry.
pub(crate) fn make_small_room<T>(
    all: &mut SmallVec<[T; 1]>,
    expected: usize,
) -> &mut SmallVec<[T; 1]> {
    if all.len() == all.capacity() {
        all.reserve_exact(growth(all.len(), expected));
    }
    all
}
