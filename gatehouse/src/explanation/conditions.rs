//! The conditions that a body evaluated, and the facts that it read for them.
//!
//! The conditions of a derived fact are part of the fact, so both types are one file.

use std::fmt;

use crate::plan::{Condition, Location, PolicyInfo};
use crate::text::FactText;

/// A condition that a body evaluated.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConditionMet {
    /// The condition as written, with its place; `None` for facts that are part of no condition.
    pub condition: Option<&'static Condition>,
    /// Whether it held: it was true, had a value, or matched. `None` if it has no outcome, because a fact in
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
    /// The result of the load.
    pub found: FactFound,
    /// The type of the source that loaded it; `None` for a derived fact.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub source: Option<&'static str>,
    /// The location of the body of a derived fact.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub location: Option<Location>,
    /// Whether it is a derived fact whose conditions are already shown, at an earlier read.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub already_shown: bool,
    /// The conditions that the body of a derived fact evaluated, at the first read of the fact. An
    /// explanation has those of the first 256 derived facts.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub conditions: Vec<ConditionMet>,
}

/// A fact that a decision depends on, in a decision record (`DecisionRecord`, feature `records`).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConsultedFact {
    /// The policy that read it, directly or in a derived fact.
    pub policy: &'static PolicyInfo,
    /// The fact, without the conditions of a derived one. Long texts are cut.
    pub read: FactRead,
}

impl ConsultedFact {
    /// The most bytes of the text of a key, a value or an error in a record. A longer text is cut, and
    /// its end says so: `[1000000, 1000001, … (cut after 1024 bytes)`. The rest is never formatted.
    ///
    /// Records of one page share the texts of the facts that they have in common.
    pub const MAX_BYTES: usize = 1024;
}

/// The result of a load, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FactFound {
    /// A value, as its `Debug` shows it.
    Value(FactText),
    /// No value; with the default that replaces it, if there is one.
    Missing(Option<FactText>),
    /// A value, or no value, that is not shown because the fact is `#[sensitive]`.
    Sensitive,
    /// The load failed. The text is safe to show: the source's own error is not in it.
    Failed(FactText),
    /// It was not loaded.
    NotLoaded,
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
