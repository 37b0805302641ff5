//! The arithmetic of rounds: which load runs in which round, and how many rounds a rule needs.
//!
//! Constant evaluation runs it, in the user's crate: the macros see one body, and do not know the cost
//! of a fact that is declared elsewhere.

use super::condition::Condition;
use super::cost::Cost;
use super::rule::{Derivation, Plan, PlannedLoad};

/// Gives every load its round: the first in which all loads that it waits for are answered.
#[doc(hidden)]
#[must_use]
pub const fn scheduled<const N: usize>(mut loads: [PlannedLoad; N]) -> [PlannedLoad; N] {
    schedule(&mut loads);
    loads
}

/// [`scheduled`], in place.
pub(super) const fn schedule(loads: &mut [PlannedLoad]) {
    let mut at = 0;
    while at < loads.len() {
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
}

impl PlannedLoad {
    /// Whether it reads the fact whose body it is in, directly or through others.
    const fn is_recursion(&self) -> bool {
        // `Cost::RECURSION`: the cost of the fact itself includes it.
        self.cost.max_rounds == 0 && self.cost.rounds > 0
    }

    /// The round in which it is answered.
    pub(super) const fn last_round(&self) -> u32 {
        self.round - 1 + self.cost.rounds
    }
}

impl Cost {
    #[doc(hidden)]
    #[must_use]
    pub const fn of(derivation: Option<&'static Derivation>) -> Self {
        match derivation {
            None => Self::ONE_LOAD,
            Some(Derivation { plan, .. }) => Self::of_loads(plan.loads),
        }
    }

    /// The cost of the first of some facts that need each other.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_cycle(facts: &[Option<&'static Derivation>]) -> Self {
        let (mut cost, mut at) = (Self::NOTHING, 0);
        while at < facts.len() {
            if let Some(Derivation { plan, .. }) = facts[at] {
                cost = cost.beside(Self::of_loads(plan.loads));
            }
            at += 1;
        }
        cost.repeated()
    }

    /// The cost of a body with these loads, once they are [`scheduled`].
    pub(super) const fn of_loads(loads: &[PlannedLoad]) -> Self {
        let (mut cost, mut at) = (Self::NOTHING, 0);
        cost.max_rounds = max_rounds(loads);
        while at < loads.len() {
            let load = &loads[at];
            // The number of recursions depends on the data: they count per link.
            if load.is_recursion() {
                let link = load.round - 1 + rounds_behind(loads, at);
                cost.rounds_per_link = max(cost.rounds_per_link, link);
            } else {
                cost.rounds = max(cost.rounds, load.last_round());
                cost.rounds_per_link = max(cost.rounds_per_link, load.cost.rounds_per_link);
            }
            at += 1;
        }
        cost
    }

    /// The cost of two facts that need each other, while they are computed once.
    pub(super) const fn beside(self, other: Self) -> Self {
        Self {
            rounds: max(self.rounds, other.rounds),
            rounds_per_link: max(self.rounds_per_link, other.rounds_per_link),
            max_rounds: self.max_rounds.saturating_add(other.max_rounds),
        }
    }

    /// The cost of facts that need each other, from that of computing them once.
    pub(super) const fn repeated(self) -> Self {
        let max_rounds = max(self.max_rounds, 1).saturating_mul(Self::MAX_PER_LOAD);
        Self { rounds: max(self.rounds, Self::RECURSION.rounds), max_rounds, ..self }
    }
}

impl Plan {
    /// The plan of a body without loads and conditions.
    pub(crate) const NOTHING: Self = Self::new(&[], &[]);

    #[doc(hidden)]
    #[must_use]
    pub const fn new(loads: &'static [PlannedLoad], conditions: &'static [Condition]) -> Self {
        let Cost { rounds, rounds_per_link, .. } = Cost::of_loads(loads);
        Self { loads, conditions, rounds, rounds_per_link }
    }

    /// Rounds after which a pure rule has no more keys to ask for.
    pub(crate) const fn max_rounds(&self) -> u32 {
        max_rounds(self.loads)
    }
}

const fn max_rounds(loads: &[PlannedLoad]) -> u32 {
    let (mut sum, mut at) = (0_u32, 0);
    while at < loads.len() {
        sum = sum.saturating_add(loads[at].cost.max_rounds);
        at += 1;
    }
    sum
}

/// Rounds of the loads that wait for the load `at`, which is a recursion.
const fn rounds_behind(loads: &[PlannedLoad], at: usize) -> u32 {
    let (mut rounds, mut waiting) = (0, at + 1);
    while waiting < loads.len() {
        let (load, mut i) = (&loads[waiting], 0);
        while i < load.waits_for.len() {
            if load.waits_for[i].load == at && !load.is_recursion() {
                rounds = max(rounds, load.last_round() - loads[at].round);
            }
            i += 1;
        }
        waiting += 1;
    }
    rounds
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}
