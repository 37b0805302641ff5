//! Plans as data: the loads of a rule, their rounds and their conditions, known before anything runs.
//!
//! [`Gate::plan`](crate::Gate::plan) gives the plan of a gate, and `rule::PLAN` that of a rule (a constant of
//! [`Policy`](crate::Policy)). Each is text (`Display`), and with the feature `serde` data.

// - here: the data, and their arithmetic, which runs at compile time;
// - `gate`: the plans of a gate, together; `text` and `graph`: how they are shown.

mod budget;
mod gate;
mod graph;
mod info;
mod text;

use std::fmt;
use std::hash::{Hash, Hasher};

pub(crate) use self::budget::gate_within_budget;
#[doc(hidden)]
pub use self::budget::within_budget;
pub use self::gate::GatePlan;
pub use self::info::{Effect, Location, Policies, PolicyInfo};
use crate::fact::FactKey;

/// How many keys one load asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum LoadKind {
    /// One key: `Fact(…).await`.
    One,
    /// Until one is true: `any(…).await`.
    Any,
    /// Until one is false: `all(…).await`.
    All,
    /// All of them, in order: `each(…).await`.
    Each,
}

impl fmt::Display for LoadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one",
            Self::Any => "any",
            Self::All => "all",
            Self::Each => "each",
        })
    }
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
    /// How many keys it asks for.
    pub kind: LoadKind,
    /// The round in which it is asked for at the latest, from 1. Behind a recursive fact, the one
    /// that it would be if the data were one link deep.
    pub round: u32,
    /// What it takes: one round, or more for a derived fact.
    pub cost: Cost,
    /// The loads that must be answered before.
    pub waits_for: &'static [Wait],
    /// What the body asks before it comes to it. Of these, the conditions on local data are decided
    /// before it is asked for; those on facts do not delay it.
    pub guards: &'static [Guard],
    /// Its line in the source file.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    #[cfg_attr(feature = "serde", serde(skip))]
    fact_is: Derived,
}

/// A load that must be answered before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Wait {
    /// Its place in [`Plan::loads`].
    pub load: usize,
    /// Why, in words.
    pub because: &'static str,
}

impl Wait {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(load: usize, because: &'static str) -> Self {
        Self { load, because }
    }
}

/// A condition that stands before a load, and the outcome that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Guard {
    /// The condition as written.
    pub text: &'static str,
    /// Whether it must hold, or must not.
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

/// How a fact is derived, if it is: a function, since facts may be derived from each other.
#[derive(Clone, Copy)]
struct Derived(fn() -> Option<&'static Derivation>);

impl Derived {
    fn name(self) -> Option<&'static str> {
        self.0().map(|derivation| derivation.name)
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl PartialEq for Derived {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Derived {}

impl Hash for Derived {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PlannedLoad {
    #[doc(hidden)]
    #[must_use]
    pub const fn of<K: FactKey>(
        (key, kind): (&'static str, LoadKind),
        waits_for: &'static [Wait],
        guards: &'static [Guard],
        place: (u32, u32),
    ) -> Self {
        Self { cost: K::COST, ..Self::recursive::<K>((key, kind), waits_for, guards, place) }
    }

    /// The load of a derived fact in its own body, or in that of one which it needs.
    #[doc(hidden)]
    #[must_use]
    pub const fn recursive<K: FactKey>(
        (key, kind): (&'static str, LoadKind),
        waits_for: &'static [Wait],
        guards: &'static [Guard],
        (line, column): (u32, u32),
    ) -> Self {
        let (cost, fact_is) = (Cost::RECURSION, Derived(|| K::DERIVATION));
        let (fact, round) = (K::NAME, 1);
        Self { fact, key, kind, round, cost, waits_for, guards, line, column, fact_is }
    }

    /// How the fact is computed, if it is a derived one.
    #[must_use]
    pub fn derivation(&self) -> Option<&'static Derivation> {
        self.fact_is.0()
    }

    /// Whether it comes back to the fact whose body it is in.
    const fn is_recursion(&self) -> bool {
        // What it costs, the cost of that fact says.
        self.cost.max_rounds == 0 && self.cost.rounds > 0
    }

    const fn last_round(&self) -> u32 {
        self.round - 1 + self.cost.rounds
    }
}

/// Gives every load its round: the first in which all that it waits for is answered. Here and not
/// in the compiler, which cannot see what a fact from elsewhere costs.
#[doc(hidden)]
#[must_use]
pub const fn scheduled<const N: usize>(mut loads: [PlannedLoad; N]) -> [PlannedLoad; N] {
    let mut at = 0;
    while at < N {
        let (waits_for, mut i) = (loads[at].waits_for, 0);
        while i < waits_for.len() {
            let before = loads[waits_for[i].load].last_round();
            if before >= loads[at].round {
                loads[at].round = before + 1;
            }
            i += 1;
        }
        at += 1;
    }
    loads
}

/// What asking for a fact costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Cost {
    /// Round trips at most; of a recursive fact, those for data without a link.
    pub rounds: u32,
    /// Round trips for each link of the data that a recursive fact follows; 0 of any other fact.
    pub rounds_per_link: u32,
    /// Round trips after which a rule that still asks is not pure.
    #[cfg_attr(feature = "serde", serde(skip))]
    max_rounds: u32,
}

impl Cost {
    /// What a fact costs that a source loads.
    pub(crate) const ONE_LOAD: Self = Self { rounds: 1, rounds_per_link: 0, max_rounds: 1 };
    /// What a fact costs in its own body: its own cost says how often.
    const RECURSION: Self = Self { rounds: 1, rounds_per_link: 0, max_rounds: 0 };
    /// Rounds for each load of a recursive fact, however the data are linked: far more than a pure
    /// rule needs, which asks for all that it can in one round.
    const MOST_PER_LOAD: u32 = 4096;

    #[doc(hidden)]
    #[must_use]
    pub const fn of(derivation: Option<&'static Derivation>) -> Self {
        match derivation {
            None => Self::ONE_LOAD,
            Some(Derivation { plan, .. }) => Self {
                rounds: plan.rounds,
                rounds_per_link: plan.rounds_per_link,
                max_rounds: plan.max_rounds(),
            },
        }
    }

    /// The cost of the first of some facts that need each other.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_cycle(facts: &[Option<&'static Derivation>]) -> Self {
        let mut cost = Self::RECURSION;
        let (mut at, mut most) = (0, 0_u32);
        while at < facts.len() {
            if let Some(Derivation { plan, .. }) = facts[at] {
                cost.rounds = larger(cost.rounds, plan.rounds);
                cost.rounds_per_link = larger(cost.rounds_per_link, plan.rounds_per_link);
                most = most.saturating_add(plan.max_rounds());
            }
            at += 1;
        }
        cost.max_rounds = larger(most, 1).saturating_mul(Self::MOST_PER_LOAD);
        cost
    }
}

const fn larger(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
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
    /// What its body loads.
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

    /// The same of a fact whose body cannot panic by its tokens, nor those of other facts that it comes
    /// to in its block, if what it comes to elsewhere, `bases`, is like that too.
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

    /// Whether its body cannot panic by its tokens, nor any that it comes to.
    pub(crate) const fn is_total(&self) -> bool {
        self.is_total
    }
}

/// A condition of a policy, as written. An explanation says what each came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Condition {
    /// What it asks.
    pub kind: ConditionKind,
    /// Its source text.
    pub text: &'static str,
    /// The loads in it, by their places in [`Plan::loads`].
    pub loads: &'static [usize],
    /// What the body answers at once if it is true; `None` if it goes on.
    pub if_true: Option<bool>,
    /// What the body answers at once if it is false; `None` if it goes on.
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

/// What a condition asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum ConditionKind {
    /// Whether it is true: an operand, a condition of `if`, a guard, an answer, or a comparison,
    /// `matches!` or the `!` of one that a `let` keeps.
    Truth,
    /// `?`: whether there is a value.
    Present,
    /// Whether a pattern matches: of a parameter, `let … else`, `if let`.
    Pattern,
    /// Whether an arm of a `match` is taken.
    Arm,
}

/// What one rule loads and asks: a policy, or a derived fact.
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
    /// Round trips that the rule needs at most, each a set of loads side by side. A recursive fact
    /// among them needs more: see [`Plan::rounds_per_link`].
    pub rounds: u32,
    /// Round trips more for each link of the data that a recursive fact follows; 0 without one.
    pub rounds_per_link: u32,
}

impl Plan {
    /// The plan of a body that loads and asks nothing.
    pub(crate) const NOTHING: Self = Self::new(&[], &[]);

    #[doc(hidden)]
    #[must_use]
    pub const fn new(loads: &'static [PlannedLoad], conditions: &'static [Condition]) -> Self {
        let (mut rounds, mut rounds_per_link, mut at) = (0, 0, 0);
        while at < loads.len() {
            let cost = loads[at].cost;
            // How often a fact comes back to itself, the data say.
            if !loads[at].is_recursion() {
                rounds = larger(rounds, loads[at].last_round());
                rounds_per_link = larger(rounds_per_link, cost.rounds_per_link);
            }
            at += 1;
        }
        let mut plan = Self { loads, conditions, rounds, rounds_per_link };
        plan.rounds_per_link = larger(plan.rounds_per_link, plan.link());
        plan
    }

    /// Rounds after which a pure rule has nothing more to ask for.
    pub(crate) const fn max_rounds(&self) -> u32 {
        let (mut most, mut at) = (0_u32, 0);
        while at < self.loads.len() {
            most = most.saturating_add(self.loads[at].cost.max_rounds);
            at += 1;
        }
        most
    }

    /// Rounds for each link of the data that the rule follows itself: from where it is asked to where
    /// it asks for the next link, and from there to its end where more waits for that.
    const fn link(&self) -> u32 {
        let (mut link, mut at) = (0, 0);
        while at < self.loads.len() {
            if self.loads[at].is_recursion() {
                link = larger(link, self.loads[at].round - 1 + self.rounds_behind(at));
            }
            at += 1;
        }
        link
    }

    /// Rounds of the loads that wait for the one at `at`.
    const fn rounds_behind(&self, at: usize) -> u32 {
        let (mut rounds, mut waiting) = (0, at + 1);
        while waiting < self.loads.len() {
            let (load, mut i) = (&self.loads[waiting], 0);
            while i < load.waits_for.len() {
                if load.waits_for[i].load == at && !load.is_recursion() {
                    rounds = larger(rounds, load.last_round() - self.loads[at].round);
                }
                i += 1;
            }
            waiting += 1;
        }
        rounds
    }
}
