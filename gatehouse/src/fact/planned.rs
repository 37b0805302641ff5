//! Planned loads of a fact type: a plan knows no facts, so these constructors are with the facts.

use super::key::FactKey;
use crate::plan::{Cost, Guards, LoadKind, PlannedFact, PlannedLoad, Wait};

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

const fn fact<K: FactKey>(cost: Cost) -> PlannedFact {
    PlannedFact { name: K::NAME, cost, derivation: || K::DERIVATION }
}
