//! A summary of one node: what its tokens tell about it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::super::tree::Names;
use super::load_set::LoadSet;

/// What the tokens of a node tell about it and all that is inside.
#[allow(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub(crate) struct Summary {
    /// The loads inside. They are numbered in evaluation order, so their numbers are consecutive.
    pub(crate) loads: Range<usize>,
    /// The loads that are answered once control has reached the end of the node.
    pub(crate) passed_loads: LoadSet,
    /// Whether control never reaches the end of the node.
    pub(crate) diverges: bool,
    /// Whether a `?` or a `return` is inside.
    pub(super) exits: bool,
    /// Whether a `return` with a value is inside.
    pub(super) returns_value: bool,
    pub(super) jumps: Jumps,
    /// The names in each reading that may be locals, once somebody asks.
    pub(super) names: PerReading<OnceCell<Rc<Names>>>,
    pub(super) has_open_type: PerReading<bool>,
    /// Whether a macro that may change any local is used inside.
    pub(super) may_change_all: bool,
    /// Whether it may be evaluated although the body might not have reached it.
    pub(crate) is_safe: bool,
    /// Whether evaluating it cannot panic.
    pub(crate) is_total: bool,
}

impl Summary {
    /// Whether a fact is loaded inside.
    pub(crate) fn has_loads(&self) -> bool {
        !self.loads.is_empty()
    }

    /// Whether the policy, or an enclosing loop or block, can be exited from inside.
    pub(crate) fn leaves(&self) -> bool {
        self.exits || self.jumps_out()
    }

    /// Whether a jump inside targets something outside the node.
    pub(crate) fn jumps_out(&self) -> bool {
        self.jumps.is_loose || !self.jumps.labels.is_empty()
    }

    /// Whether a jump in a loop or labelled block inside targets a label outside the node.
    pub(crate) fn jumps_far(&self) -> bool {
        !self.jumps.far.is_empty()
    }

    /// Whether rustc infers the type of its kept part from its use, as far as the tokens show.
    pub(crate) fn has_open_type(&self) -> bool {
        self.has_open_type.passed
    }
}

/// The jumps inside a node whose target is outside.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Jumps {
    /// Whether one of them has no label.
    pub(super) is_loose: bool,
    /// The labels of the others.
    pub(super) labels: BTreeSet<String>,
    /// Of these, the labels of jumps that leave a loop or a labelled block inside the node.
    pub(super) far: BTreeSet<String>,
}

/// What is read of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// All of it.
    Written,
    /// The part that a slice keeps: without exits, and without the blocks that end with one.
    Passed,
    /// [`Passed`](Self::Passed) in a loop or a labelled block, which is kept whole but for the values of `return`.
    PassedInJump,
}

/// A result for each reading.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct PerReading<T> {
    pub(super) written: T,
    pub(super) passed: T,
    pub(super) passed_in_jump: T,
}

impl<T> PerReading<T> {
    pub(super) fn of(make: impl Fn(Reading) -> T) -> Self {
        Self {
            written: make(Reading::Written),
            passed: make(Reading::Passed),
            passed_in_jump: make(Reading::PassedInJump),
        }
    }

    pub(super) fn get(&self, reading: Reading) -> &T {
        match reading {
            Reading::Written => &self.written,
            Reading::Passed => &self.passed,
            Reading::PassedInJump => &self.passed_in_jump,
        }
    }
}
