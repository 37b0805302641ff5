//! Planned loads of a fact type: a plan knows no facts, so these constructors are with the facts.

use super::key::FactKey;
use crate::plan::{
    Cost, FactSummary, Guards, LoadKind, PlannedFact, PlannedLoad, SummarizedLoad, Wait,
};

/// A load of the fact `K`.
#[must_use]
pub const fn plan_load<K: FactKey>(
    load: (&'static str, LoadKind),
    waits_for: &'static [Wait],
    guards: Guards,
    place: (u32, u32),
) -> PlannedLoad {
    PlannedLoad::new(fact::<K>(K::COST), load, waits_for, guards, place)
}

/// A load of the derived fact `K` in its own body, or in the body of a fact that it needs.
#[must_use]
pub const fn plan_recursion<K: FactKey>(
    load: (&'static str, LoadKind),
    waits_for: &'static [Wait],
    guards: Guards,
    place: (u32, u32),
) -> PlannedLoad {
    PlannedLoad::new(fact::<K>(Cost::RECURSION), load, waits_for, guards, place)
}

/// A load of the fact `K` in the body of a fact whose block is summarized, to which `K` does not belong.
#[must_use]
pub const fn outer_load<K: FactKey>(waits_for: &'static [Wait]) -> SummarizedLoad {
    let is_total = match K::DERIVATION {
        None => true,
        Some(derivation) => derivation.is_total(),
    };
    let summary = FactSummary { cost: K::COST, is_total, is_sensitive: K::SENSITIVE };
    SummarizedLoad::outer(summary, waits_for)
}

const fn fact<K: FactKey>(cost: Cost) -> PlannedFact {
    PlannedFact { name: K::NAME, cost, derivation: K::derivation }
}
