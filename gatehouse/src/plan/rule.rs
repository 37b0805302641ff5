//! The plan of one rule: a policy, or a derived fact.
//!
//! A plan has loads, the load of a derived fact has a derivation, and a derivation has a plan. So the
//! three types are one file.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::condition::{Condition, Guards};
use super::cost::Cost;
use super::load::{LoadKind, Wait};
use super::location::Location;

/// The loads and the conditions of one rule: a policy, or a derived fact.
///
/// ```
/// use gatehouse::prelude::*;
/// # struct User { id: u64 }
/// # struct Document { org: u64 }
/// fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
///
/// #[policy]
/// async fn member(user: &User, doc: &Document) -> bool {
///     OrgMember(user.id, doc.org).await
/// }
///
/// let plan = member::PLAN;
/// assert_eq!(plan.rounds, 1);
/// assert_eq!(plan.loads[0].key, "OrgMember(user.id, doc.org)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Plan {
    /// Every load, in the order of the source.
    pub loads: &'static [PlannedLoad],
    /// Every condition, in the order of the source.
    pub conditions: &'static [Condition],
    /// The most round trips that the rule needs, each a set of loads side by side. A recursive fact
    /// among them needs more: see [`Plan::rounds_per_link`].
    pub rounds: u32,
    /// Further round trips for each link of the data that a recursive fact follows; 0 without one.
    pub rounds_per_link: u32,
}

/// One place in a rule that loads a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PlannedLoad {
    /// The fact's name.
    pub fact: &'static str,
    /// The load as written, without `.await`.
    pub key: &'static str,
    /// How it reads its keys.
    pub kind: LoadKind,
    /// The latest round in which it is asked for, from 1. If it waits for a recursive fact, the round
    /// for data that are one link deep.
    pub round: u32,
    /// Its cost: one round, or more for a derived fact.
    pub cost: Cost,
    /// The loads that must be answered before.
    pub waits_for: &'static [Wait],
    /// The conditions that the body evaluates before the load. Conditions on local data are decided
    /// before the key is asked for; conditions on facts do not delay it.
    pub guards: Guards,
    /// Its line in the source file.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    #[cfg_attr(feature = "serde", serde(skip))]
    derivation: GetDerivation,
}

/// The derivation of a fact, if it has one. A function, because facts may be derived from each other.
#[derive(Clone, Copy)]
struct GetDerivation(fn() -> Option<&'static Derivation>);

impl GetDerivation {
    fn name(self) -> Option<&'static str> {
        self.0().map(|derivation| derivation.name)
    }
}

impl fmt::Debug for GetDerivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl PartialEq for GetDerivation {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for GetDerivation {}

impl Hash for GetDerivation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

/// A fact, as the plan of a load needs it.
#[derive(Clone, Copy)]
pub(crate) struct PlannedFact {
    pub(crate) name: &'static str,
    pub(crate) cost: Cost,
    pub(crate) derivation: fn() -> Option<&'static Derivation>,
}

impl PlannedLoad {
    /// A load of which nothing is known.
    pub(super) const UNKNOWN: Self = Self::new(
        PlannedFact { name: "", cost: Cost::NOTHING, derivation: || None },
        ("", LoadKind::One),
        &[],
        Guards::NONE,
        (0, 0),
    );

    /// A load in round 1; [`scheduled`](super::scheduled) gives it the round that it needs.
    pub(crate) const fn new(
        fact: PlannedFact,
        (key, kind): (&'static str, LoadKind),
        waits_for: &'static [Wait],
        guards: Guards,
        (line, column): (u32, u32),
    ) -> Self {
        let PlannedFact { name: fact, cost, derivation } = fact;
        let (round, derivation) = (1, GetDerivation(derivation));
        Self { fact, key, kind, round, cost, waits_for, guards, line, column, derivation }
    }

    /// How the fact is computed, if it is a derived one.
    #[must_use]
    pub fn derivation(&self) -> Option<&'static Derivation> {
        self.derivation.0()
    }
}

/// How a derived fact is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Derivation {
    /// The fact's name.
    pub name: &'static str,
    /// Where it is declared.
    pub location: Location,
    /// The plan of its body.
    pub plan: Plan,
    #[cfg_attr(feature = "serde", serde(skip))]
    is_total: bool,
}

impl Derivation {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, location: Location, plan: Plan) -> Self {
        Self { name, location, plan, is_total: false }
    }

    /// Marks the derivation as total if all of `bases` are. The caller asserts the rest: no tokens of
    /// its body can panic, nor those of the facts of its block that it reads. `bases` are the facts
    /// that it reads from elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn total(mut self, bases: &[Option<&'static Self>]) -> Self {
        self.is_total = true;
        let mut at = 0;
        while at < bases.len() {
            if let Some(Self { is_total: false, .. }) = bases[at] {
                self.is_total = false;
            }
            at += 1;
        }
        self
    }

    /// Sets whether no tokens of its body can panic, nor of any body that it reads.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_totality(mut self, is_total: bool) -> Self {
        self.is_total = is_total;
        self
    }

    /// Whether no tokens of its body can panic, nor of any body that it reads.
    pub(crate) const fn is_total(&self) -> bool {
        self.is_total
    }
}
