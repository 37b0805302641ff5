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
        let (mut at, mut sum) = (0, 0_u32);
        while at < facts.len() {
            if let Some(Derivation { plan, .. }) = facts[at] {
                cost.rounds = max(cost.rounds, plan.rounds);
                cost.rounds_per_link = max(cost.rounds_per_link, plan.rounds_per_link);
                sum = sum.saturating_add(plan.max_rounds());
            }
            at += 1;
        }
        cost.max_rounds = max(sum, 1).saturating_mul(Self::MAX_PER_LOAD);
        cost
    }
}

impl Plan {
    /// The plan of a body without loads and conditions.
    pub(crate) const NOTHING: Self = Self::new(&[], &[]);

    #[doc(hidden)]
    #[must_use]
    pub const fn new(loads: &'static [PlannedLoad], conditions: &'static [Condition]) -> Self {
        let (mut rounds, mut rounds_per_link, mut at) = (0, 0, 0);
        while at < loads.len() {
            let cost = loads[at].cost;
            // The number of recursions depends on the data: they count per link.
            if !loads[at].is_recursion() {
                rounds = max(rounds, loads[at].last_round());
                rounds_per_link = max(rounds_per_link, cost.rounds_per_link);
            }
            at += 1;
        }
        let mut plan = Self { loads, conditions, rounds, rounds_per_link };
        plan.rounds_per_link = max(plan.rounds_per_link, plan.rounds_of_link());
        plan
    }

    /// Rounds after which a pure rule has no more keys to ask for.
    pub(crate) const fn max_rounds(&self) -> u32 {
        let (mut sum, mut at) = (0_u32, 0);
        while at < self.loads.len() {
            sum = sum.saturating_add(self.loads[at].cost.max_rounds);
            at += 1;
        }
        sum
    }

    /// Rounds for each link of the data that the rule itself follows: those before it asks for the next
    /// link, and those of the loads that wait for that link.
    const fn rounds_of_link(&self) -> u32 {
        let (mut link, mut at) = (0, 0);
        while at < self.loads.len() {
            if self.loads[at].is_recursion() {
                link = max(link, self.loads[at].round - 1 + self.rounds_behind(at));
            }
            at += 1;
        }
        link
    }

    /// Rounds of the loads that wait for the load `at`.
    const fn rounds_behind(&self, at: usize) -> u32 {
        let (mut rounds, mut waiting) = (0, at + 1);
        while waiting < self.loads.len() {
            let (load, mut i) = (&self.loads[waiting], 0);
            while i < load.waits_for.len() {
                if load.waits_for[i].load == at && !load.is_recursion() {
                    rounds = max(rounds, load.last_round() - self.loads[at].round);
                }
                i += 1;
            }
            waiting += 1;
        }
        rounds
    }
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}
