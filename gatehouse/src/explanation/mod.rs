//! Why a gate decided as it did: what [`Bound::explain`](crate::Bound::explain) gives.
//!
//! ```
//! use gatehouse::explanation::PolicyOutcome;
//! use gatehouse::prelude::*;
//! # struct User { id: u64 } struct Document { owner: u64, org: u64 }
//! # struct Documents;
//! # impl Domain for Documents {
//! #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
//! # }
//! fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
//!
//! /// Owners see their documents.
//! #[policy]
//! fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
//!
//! /// Members of the organisation see its documents.
//! #[policy]
//! async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
//!
//! static GATE: Gate<Documents, (owner, member)> = Gate::new();
//!
//! # struct Nobody;
//! # impl FactSource<OrgMember> for Nobody {
//! #     async fn load(&self, _: &[OrgMember]) -> Result<Loaded<OrgMember>, FactError> { Ok(Loaded::new()) }
//! # }
//! # #[derive(Sources)] struct AppFacts { #[loads(OrgMember)] db: Nobody }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! # let session = Session::new(AppFacts { db: Nobody });
//! # let (user, doc) = (User { id: 7 }, Document { owner: 8, org: 3 });
//! let explanation = GATE.bind(&session, &user, &()).explain(&doc).await;
//! assert!(explanation.decision.is_deny());
//! assert_eq!(explanation.policies[0].outcome, PolicyOutcome::DoesNotApply);
//!
//! let met = &explanation.policies[1].conditions[0];
//! assert_eq!(met.condition.unwrap().text, "OrgMember(user.id, doc.org).await");
//! assert_eq!(met.held, Some(false));
//! assert_eq!(met.facts[0].key, "OrgMember { user: 7, org: 3 }");
//! assert_eq!(
//!     explanation.counterfactuals[0].to_string(),
//!     "would be allowed if `doc.owner == user.id` held, all else unchanged (`owner`)",
//! );
//! println!("{}", explanation.colored());
//! # }
//! ```

// - here: the data;
// - `tree` and `markdown`: how they are shown; `excerpt`: how much of them.
mod excerpt;
mod markdown;
mod tree;

use std::fmt;

use crate::decision::Decision;
use crate::plan::Condition;
use crate::plan::{Location, PolicyInfo};
pub use crate::text::FactText;

/// Why a gate decided as it did: made by [`Bound::explain`](crate::Bound::explain).
///
/// `Display` draws it as a tree; [`to_markdown`](Self::to_markdown) writes it for a ticket, and
/// [`colored`](Self::colored) for a terminal. With the feature `serde` it is data.
///
/// Keys and values of facts are in it as their `Debug` shows them, but those of `#[sensitive]` ones.
/// What it says of parameters is the text of the conditions, never a value.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Explanation {
    /// The decision, as [`Bound::check`](crate::Bound::check) gives it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_decision"))]
    pub decision: Decision,
    /// Every policy of the gate, in its order.
    pub policies: Vec<PolicyExplanation>,
    /// What would have decided otherwise: for each policy the condition nearest to its end that, had it
    /// alone come out the other way, would have led to another decision. It says nothing that would have
    /// to be tried: of conditions behind which the body goes on, or that hang on a fact or a text that
    /// was met elsewhere too, or where a fact is missing that would be needed then.
    pub counterfactuals: Vec<Counterfactual>,
}

/// What one policy came to, and why.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyExplanation {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_policy"))]
    pub policy: &'static PolicyInfo,
    /// What it came to.
    pub outcome: PolicyOutcome,
    /// The conditions that it met, in that order.
    pub conditions: Vec<ConditionMet>,
}

/// What a policy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PolicyOutcome {
    /// It applies: it permits, or forbids.
    Applies,
    /// It does not.
    DoesNotApply,
    /// A fact that it needs failed to load.
    Indeterminate,
    /// A fact that it needs was not loaded, because the decision stood without it.
    #[non_exhaustive]
    NotNeeded {
        /// Why the decision stood.
        because: &'static str,
    },
}

/// A condition that a body met.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConditionMet {
    /// The condition as written, and where; `None` for facts that are part of none.
    pub condition: Option<&'static Condition>,
    /// Whether it held: was true, had a value, matched. `None` if it came to nothing, because a fact in
    /// it failed or was not loaded.
    pub held: Option<bool>,
    /// The facts that were read for it.
    pub facts: Vec<FactRead>,
}

/// A fact that a body read.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FactRead {
    /// The fact.
    pub fact: &'static str,
    /// The key, as its `Debug` shows it.
    pub key: FactText,
    /// What was found.
    pub found: FactFound,
    /// The type of the source that was asked, unless it is a derived fact.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub source: Option<&'static str>,
    /// Where the body is, of a derived fact.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub location: Option<Location>,
    /// Whether it is a derived fact whose conditions were told before.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub already_shown: bool,
    /// What the body of a derived fact met, the first time that the fact is read. Of one explanation,
    /// the bodies of the first 256 are told.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub conditions: Vec<ConditionMet>,
}

/// A fact that a decision depends on, in a record of it (`DecisionRecord`, feature `records`).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConsultedFact {
    /// The policy that read it, or a derived fact which that policy read.
    pub policy: &'static PolicyInfo,
    /// The fact; what the body of a derived one met is left out. Its texts are cut.
    pub read: FactRead,
}

impl ConsultedFact {
    /// The most bytes of the text of a key, of a value or of an error in a record. A longer one is
    /// cut, and says so: `[1000000, 1000001, … (cut after 1024 bytes)`. What is left out is not
    /// written in the first place.
    ///
    /// Records of a page share the texts of what they have in common.
    pub const MAX_BYTES: usize = 1024;
}

/// What was found of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FactFound {
    /// A value, as its `Debug` shows it.
    Value(FactText),
    /// No value; and the default that stands in for it, if there is one.
    Missing(Option<FactText>),
    /// A value, or none, that is not shown: the fact is `#[sensitive]`.
    Sensitive,
    /// The load failed. The text is safe to show: the source's own error is not in it.
    Failed(FactText),
    /// It was not loaded.
    NotLoaded,
}

/// A condition that would have decided otherwise.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counterfactual {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_policy"))]
    pub policy: &'static PolicyInfo,
    /// The condition.
    pub condition: &'static Condition,
    /// Whether it would have to hold, or not to hold.
    pub holds: bool,
    /// Whether access would have been allowed then, or denied.
    pub allows: bool,
}

impl Explanation {
    pub(crate) fn new(
        decision: Decision,
        policies: Vec<PolicyExplanation>,
        counterfactuals: Vec<Counterfactual>,
    ) -> Self {
        Self { decision, policies, counterfactuals }
    }

    /// The explanation as Markdown, for a ticket or a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::of(self)
    }

    /// The explanation with colours, if standard output is a terminal and `NO_COLOR` is not set.
    #[must_use]
    pub fn colored(&self) -> impl fmt::Display + '_ {
        tree::colored(self)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tree::plain(self).fmt(f)
    }
}

impl fmt::Display for FactFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "is {value}"),
            Self::Missing(None) => f.write_str("is missing"),
            Self::Missing(Some(default)) => write!(f, "is missing, which counts as {default}"),
            Self::Sensitive => f.write_str("is not shown"),
            Self::Failed(error) => write!(f, "failed to load: {error}"),
            Self::NotLoaded => f.write_str("was not loaded"),
        }
    }
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

impl fmt::Display for Counterfactual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, condition, holds, allows } = self;
        let would = if *allows { "would be allowed" } else { "would be denied" };
        let held = if *holds { "held" } else { "did not hold" };
        write!(f, "{would} if `{}` {held}, all else unchanged (`{policy}`)", condition.text)
    }
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn serialize_policy<S: serde::Serializer>(
    policy: &&'static PolicyInfo,
    to: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut fields = to.serialize_struct("Policy", 4)?;
    fields.serialize_field("name", policy.name)?;
    fields.serialize_field("effect", &policy.effect)?;
    fields.serialize_field("docs", policy.docs)?;
    fields.serialize_field("location", &policy.location)?;
    fields.end()
}

#[cfg(feature = "serde")]
fn serialize_decision<S: serde::Serializer>(decision: &Decision, to: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut fields = to.serialize_struct("Decision", 3)?;
    fields.serialize_field("outcome", decision.as_str())?;
    fields.serialize_field("by", &decision.by().map(|policy| policy.name))?;
    fields.serialize_field("text", &decision.to_string())?;
    fields.end()
}
