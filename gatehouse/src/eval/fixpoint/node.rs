//! A node: a fact with its key, and what is known of it without its type.
//!
//! Everything that does not depend on the type of the fact is here, so that the solver is compiled once
//! for a set of sources and not for each fact.

/// No pass.
const NEVER: u64 = u64::MAX;

/// A fact with its key.
pub(super) struct Node {
    /// The number of its type.
    pub(super) fact: usize,
    /// The number of its key among those of the type.
    pub(super) index: usize,
    pub(super) state: NodeState,
    /// The frame of its cycle head, once its cycle iterates.
    pub(super) head: Option<usize>,
    /// Whether its provisional value was read in this iteration.
    pub(super) is_read_provisionally: bool,
    /// Whether it has a result of this iteration of its cycle or of the one before.
    pub(super) has_result: bool,
    /// The last pass in which the session's memo was checked.
    pub(super) memo_checked_in: u64,
    /// The last pass in which it was found to be pending.
    pending_in: u64,
    /// The last pass in which the loads that it needs were registered.
    registered_in: u64,
    /// What it was blocked on when the loads that it needs were last registered.
    pub(super) blocked_on: BlockedOn,
}

/// Where a node is in the computation.
#[derive(Clone, Copy)]
pub(super) enum NodeState {
    Idle,
    /// It is computed in this frame.
    OnStack(usize),
    /// It has a result of this iteration, and is this member of an unsolved cycle.
    Member(usize),
}

/// The unknown facts that a node or a resource needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockedOn {
    /// No fact so far.
    Nothing,
    /// This node alone: everything else that it would read or register is known. As long as
    /// that node is pending, the blocked one is too, and has no load to register.
    Node(usize),
    /// A load, several facts, or unknown before an evaluation.
    Other,
}

impl BlockedOn {
    /// Blocked on `node`, too.
    pub(super) fn and(self, node: usize) -> Self {
        if self == Self::Nothing || self == Self::Node(node) {
            Self::Node(node)
        } else {
            Self::Other
        }
    }
}

/// What becomes of a fact whose frame or cycle ends.
#[derive(Clone, Copy)]
pub(super) enum Disposition {
    /// It is as if it had never been computed.
    Forget,
    /// It is computed again; its result is the provisional value of the next iteration.
    Iterate,
    /// Its result is final.
    Final { depth: u32, keep: bool },
    /// It is too deep wherever it is read, and its final result is an error.
    TooDeep { keep: bool },
}

impl Node {
    pub(super) fn new(fact: usize, index: usize, pass: u64) -> Self {
        Self {
            fact,
            index,
            state: NodeState::Idle,
            head: None,
            is_read_provisionally: false,
            has_result: false,
            memo_checked_in: pass,
            pending_in: NEVER,
            registered_in: NEVER,
            blocked_on: BlockedOn::Other,
        }
    }

    /// Whether it is known to be pending in `pass` and is not on the stack, so that evaluating it again
    /// is useless.
    pub(super) fn is_pending(&self, pass: u64, is_registering: bool) -> bool {
        matches!(self.state, NodeState::Idle)
            && self.pending_in == pass
            && (self.registered_in == pass || !is_registering)
    }

    /// It is pending in `pass`, with its loads registered if `is_registering`.
    pub(super) fn set_pending(&mut self, pass: u64, is_registering: bool) {
        self.pending_in = pass;
        if is_registering {
            self.registered_in = pass;
        }
    }

    /// It has a final result. A member of a cycle can get one in the pass in which it was found to be
    /// pending, as it may need less when the cycle is entered at another fact.
    pub(super) fn clear_pending(&mut self) {
        (self.pending_in, self.registered_in) = (NEVER, NEVER);
        self.blocked_on = BlockedOn::Other;
    }
}
