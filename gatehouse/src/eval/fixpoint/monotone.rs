//! What the solver needs from a type of facts.

use crate::eval::stop::Stop;
use crate::fact::FactKey;
use crate::session::DerivedResult;

/// A derived fact whose results only increase while its cycle iterates. It is evaluated in a context
/// `C`.
pub(in crate::eval) trait Monotone<C>: FactKey {
    /// Evaluates a node of this type, unless it has a result of this iteration of its cycle.
    fn evaluate_node(cx: &mut C, node: usize) -> Result<(), Stop>;

    /// This `bool` as a value, of a fact that can be in a cycle.
    fn of_bool(value: bool) -> Option<Self::Value>;

    /// Whether the value is `true`.
    fn is_true(value: &Self::Value) -> bool;
}

/// The order of results.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Rank {
    False,
    Failed,
    True,
}

impl Rank {
    pub(super) fn of<C, K: Monotone<C>>(result: &DerivedResult<K::Value>) -> Self {
        match result {
            Ok(value) if K::is_true(value) => Self::True,
            Ok(_) => Self::False,
            Err(_) => Self::Failed,
        }
    }
}
