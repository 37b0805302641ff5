//! Conditions of a rule, as written.

use std::fmt;
use std::hash::{Hash, Hasher};

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

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.holds { "if" } else { "unless" };
        write!(f, "{word} {}", self.text)
    }
}

/// The conditions on the path to a load, in the order in which the body evaluates them.
///
/// Loads on one path share its conditions: a rule has each of them once.
///
/// ```
/// use gatehouse::prelude::*;
/// fact! { pub Editor(user: u64, doc: u64) -> bool = false; }
///
/// #[policy]
/// async fn edit(user: &u64, doc: &u64) -> bool {
///     *doc > 7 && Editor(*user, *doc).await
/// }
///
/// let guards = edit::PLAN.loads[0].guards;
/// assert_eq!(guards.iter().map(ToString::to_string).collect::<Vec<_>>(), ["if *doc > 7"]);
/// ```
#[derive(Clone, Copy)]
pub struct Guards {
    /// The conditions on all paths of the rule.
    of_rule: &'static [PathGuard],
    /// The index of the last one on this path.
    last: Option<usize>,
}

/// A condition on a path, and the one before it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct PathGuard {
    guard: Guard,
    before: Option<usize>,
}

impl PathGuard {
    #[must_use]
    pub const fn first(text: &'static str, holds: bool) -> Self {
        Self { guard: Guard { text, holds }, before: None }
    }

    #[must_use]
    pub const fn after(before: usize, text: &'static str, holds: bool) -> Self {
        Self { guard: Guard { text, holds }, before: Some(before) }
    }
}

impl Guards {
    #[doc(hidden)]
    pub const NONE: Self = Self { of_rule: &[], last: None };

    #[doc(hidden)]
    #[must_use]
    pub const fn up_to(last: usize, of_rule: &'static [PathGuard]) -> Self {
        Self { of_rule, last: Some(last) }
    }

    /// The conditions, the first one first.
    pub fn iter(self) -> impl Iterator<Item = &'static Guard> {
        let before = |at: &usize| self.of_rule[*at].before;
        let path = std::iter::successors(self.last, before);
        let mut guards: Vec<_> = path.map(|at| &self.of_rule[at].guard).collect();
        guards.reverse();
        guards.into_iter()
    }

    /// Whether nothing guards the load.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.last.is_none()
    }
}

impl fmt::Debug for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Guards {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Guards {}

impl Hash for Guards {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|guard| guard.hash(state));
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Guards {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
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

/// The indices from `from` on and before `to`, of all of them.
#[doc(hidden)]
#[must_use]
pub const fn loads_between(all: &'static [usize], from: usize, to: usize) -> &'static [usize] {
    all.split_at(to).0.split_at(from).1
}
