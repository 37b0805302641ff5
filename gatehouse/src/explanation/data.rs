//! The explanation of a decision, as data.

use std::fmt;

use super::conditions::ConditionMet;
#[cfg(feature = "serde")]
use super::serialize;
use crate::decision::Decision;
use crate::plan::{Condition, PolicyInfo};

/// Why a gate decided as it did: made by [`Bound::explain`](crate::Bound::explain).
///
/// `Display` shows it as a tree, [`to_markdown`](Self::to_markdown) as Markdown for a ticket, and
/// [`colored`](Self::colored) as a tree for a terminal. With the feature `serde` it serialises.
///
/// It has the keys and values of facts as their `Debug` shows them, except those marked `#[sensitive]`. Of
/// parameters it has the text of the conditions, and never a value.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Explanation {
    /// The decision, as [`Bound::check`](crate::Bound::check) gives it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize::decision"))]
    pub decision: Decision,
    /// Every policy of the gate, in its order.
    pub policies: Vec<PolicyExplanation>,
    /// The nearest changes that would have led to another decision: for each policy, its last condition that
    /// alone would have changed the decision, had it had the other outcome.
    ///
    /// Three kinds of conditions are left out, because they would need another run:
    /// - conditions after which the body continues;
    /// - conditions that share a fact, or their text, with another condition;
    /// - conditions whose other outcome would need a fact that failed or was not loaded.
    pub counterfactuals: Vec<Counterfactual>,
}

impl Explanation {
    pub(crate) fn new(
        decision: Decision,
        policies: Vec<PolicyExplanation>,
        counterfactuals: Vec<Counterfactual>,
    ) -> Self {
        Self { decision, policies, counterfactuals }
    }
}

/// The outcome of one policy, with its reasons.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyExplanation {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize::policy"))]
    pub policy: &'static PolicyInfo,
    /// Its outcome.
    pub outcome: PolicyOutcome,
    /// The conditions that it evaluated, in this order.
    pub conditions: Vec<ConditionMet>,
}

/// The outcome of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PolicyOutcome {
    /// It applies: it permits, or forbids.
    Applies,
    /// It does not apply.
    DoesNotApply,
    /// A fact that it needs failed to load.
    Indeterminate,
    /// A fact that it needs was not loaded, because the decision did not depend on it.
    #[non_exhaustive]
    NotNeeded {
        /// Why the decision did not depend on it.
        because: &'static str,
    },
}

impl fmt::Display for PolicyOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies => f.write_str("applies"),
            Self::DoesNotApply => f.write_str("does not apply"),
            Self::Indeterminate => f.write_str("could not be decided"),
            Self::NotNeeded { because } => write!(f, "was not needed: {because}"),
        }
    }
}

/// A condition whose other outcome would have led to another decision.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counterfactual {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize::policy"))]
    pub policy: &'static PolicyInfo,
    /// The condition.
    pub condition: &'static Condition,
    /// The other outcome: whether it would hold, or not hold.
    pub holds: bool,
    /// The other decision: whether access would be allowed, or denied.
    pub allows: bool,
}

impl fmt::Display for Counterfactual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, condition, holds, allows } = self;
        let would = if *allows { "would be allowed" } else { "would be denied" };
        let held = if *holds { "held" } else { "did not hold" };
        write!(f, "{would} if `{}` {held}, all else unchanged (`{policy}`)", condition.text)
    }
}
