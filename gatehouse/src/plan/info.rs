//! A policy as it is known before it runs: its name, its effect, its place.

use std::fmt;

use super::Plan;

/// What a policy does when it applies.
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

/// Where a policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Location {
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The module, as paths name it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub module: &'static str,
}

impl Location {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(file: &'static str, line: u32, module: &'static str) -> Self {
        Self { file, line, module }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What is known of a policy before it runs. Its `Debug` is short, as it stands in that of decisions and
/// errors: the plan has a `Display` of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyInfo {
    /// The function's name.
    pub name: &'static str,
    /// What it does when it applies.
    pub effect: Effect,
    /// Its doc comment, for those who are told that it decided.
    pub docs: &'static str,
    /// Where it is written.
    pub location: Location,
    /// What it loads.
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
