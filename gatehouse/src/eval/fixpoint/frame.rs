//! An entry of the stack: a fact that is being computed.

use super::node::BlockedOn;

/// A fact that is being computed.
pub(super) struct Frame {
    pub(super) node: usize,
    /// How many members of unsolved cycles there were before: those from here on came later.
    pub(super) members: usize,
    /// The lowest frame that it leads back to.
    pub(super) low: usize,
    /// If it is a cycle head, how many iterations have ended.
    pub(super) iterations: u32,
    /// If it is a cycle head, the members that this iteration has not evaluated yet.
    pub(super) unvisited: Vec<usize>,
    pub(super) summary: FrameSummary,
    pub(super) blocked_on: BlockedOn,
    /// How many provisional values had been read before.
    pub(super) provisional_reads: u64,
}

/// What happened while a fact was computed, in its own frame and in those of its cycle above it.
#[derive(Clone, Copy, Default)]
pub(super) struct FrameSummary {
    /// 1 + the greatest depth that was read, or 0 if no final result of a derived fact was read.
    pub(super) depth: u32,
    /// Whether the stack was too deep to go on.
    pub(super) too_deep: bool,
    /// Whether a result increased above its provisional value, or has none yet.
    pub(super) increased: bool,
    /// Whether a result decreased, because a body is impure.
    pub(super) decreased: bool,
}

impl FrameSummary {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            too_deep: self.too_deep || other.too_deep,
            increased: self.increased || other.increased,
            decreased: self.decreased || other.decreased,
        }
    }
}
