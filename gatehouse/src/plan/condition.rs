//! Conditions of a rule, as written.

use std::fmt;

/// A condition that guards a load, with the outcome that leads to the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Guard {
    /// The condition as written.
    pub text: &'static str,
    /// Whether the condition must hold, or must not hold.
    pub holds: bool,
}

impl Guard {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str, holds: bool) -> Self {
        Self { text, holds }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.holds { "if" } else { "unless" };
        write!(f, "{word} {}", self.text)
    }
}

/// A condition of a rule, as written. An explanation reports the value of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Condition {
    /// The question that it asks.
    pub kind: ConditionKind,
    /// Its source text.
    pub text: &'static str,
    /// The loads in it, as indices into [`Plan::loads`](crate::plan::Plan::loads).
    pub loads: &'static [usize],
    /// The answer of the body if the condition is true; `None` if the body continues.
    pub if_true: Option<bool>,
    /// The answer of the body if the condition is false; `None` if the body continues.
    pub if_false: Option<bool>,
    /// Its line in the source file.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

impl Condition {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        kind: ConditionKind,
        text: &'static str,
        loads: &'static [usize],
        (line, column): (u32, u32),
    ) -> Self {
        Self { kind, text, loads, if_true: None, if_false: None, line, column }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn if_true(self, answer: bool) -> Self {
        Self { if_true: Some(answer), ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn if_false(self, answer: bool) -> Self {
        Self { if_false: Some(answer), ..self }
    }
}

/// The question that a condition asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum ConditionKind {
    /// Is it true? An operand, a condition of `if`, a guard, the body's answer; or a comparison,
    /// `matches!` or `!` of one in a `let`.
    Truth,
    /// Is there a value? The operator `?`.
    Present,
    /// Does a pattern match? A pattern of a parameter, `let … else` or `if let`.
    Pattern,
    /// Is an arm of a `match` taken?
    Arm,
}
