//! The static description of a policy: its name, its effect, its location, its plan.

use std::fmt;

use super::location::Location;
use super::rule::Plan;

/// The effect of a policy that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Effect {
    /// It permits, unless a forbid applies.
    Permit,
    /// It forbids, whatever is permitted.
    Forbid,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permit => "permit",
            Self::Forbid => "forbid",
        })
    }
}

/// The static description of a policy.
///
/// Its `Debug` is short, because it is part of the `Debug` of decisions and errors; the plan has a `Display`
/// of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyInfo {
    /// The function's name.
    pub name: &'static str,
    /// Its effect when it applies.
    pub effect: Effect,
    /// Its doc comment, to be shown with its decisions.
    pub docs: &'static str,
    /// Where it is written.
    pub location: Location,
    /// Its loads and conditions.
    pub plan: Plan,
}

impl PolicyInfo {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        effect: Effect,
        docs: &'static str,
        location: Location,
        plan: Plan,
    ) -> Self {
        Self { name, effect, docs, location, plan }
    }
}

impl fmt::Debug for PolicyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, effect, location, .. } = self;
        write!(f, "{effect:?} {name} ({location})")
    }
}

impl fmt::Display for PolicyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The policies of a set, known at compile time.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Policies {
    One(&'static PolicyInfo),
    Many(&'static [Policies]),
}

impl Policies {
    /// All of them, in order.
    pub(crate) fn list(self) -> Vec<&'static PolicyInfo> {
        match self {
            Self::One(policy) => vec![policy],
            Self::Many(sets) => sets.iter().flat_map(|set| set.list()).collect(),
        }
    }
}
