//! The plans of a gate's policies, and of the derived facts that they need.

use super::info::PolicyInfo;
use super::rule::{Derivation, Plan, PlannedLoad};

/// The plans of all policies of a gate.
///
/// `Display` shows them as text: the loads of each round, the loads that they wait for, and their
/// conditions. [`to_mermaid`](Self::to_mermaid) and [`to_dot`](Self::to_dot) draw them as a graph.
/// With the feature `serde` they serialise.
#[derive(Clone, Debug)]
pub struct GatePlan {
    policies: Vec<&'static PolicyInfo>,
    derived: Vec<&'static Derivation>,
}

impl GatePlan {
    pub(crate) fn new(policies: Vec<&'static PolicyInfo>) -> Self {
        let mut derived = Vec::new();
        for policy in &policies {
            collect_derived(&policy.plan, &mut derived);
        }
        Self { policies, derived }
    }

    /// The policies, in the gate's order.
    #[must_use]
    pub fn policies(&self) -> &[&'static PolicyInfo] {
        &self.policies
    }

    /// The derived facts that the policies need, each once, in the order of their first appearance.
    #[must_use]
    pub fn derived(&self) -> &[&'static Derivation] {
        &self.derived
    }

    /// The most round trips that a check, or a page of any length, needs. A recursive fact needs
    /// [`rounds_per_link`](Self::rounds_per_link) more for each link of the data.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.policies.iter().map(|policy| policy.plan.rounds).max().unwrap_or(0)
    }

    /// Further round trips for each link of the data that a recursive fact follows; 0 without one.
    #[must_use]
    pub fn rounds_per_link(&self) -> u32 {
        self.policies.iter().map(|policy| policy.plan.rounds_per_link).max().unwrap_or(0)
    }

    /// The names of the facts that sources load, each once, in the order of their first appearance.
    #[must_use]
    pub fn facts(&self) -> Vec<&'static str> {
        let mut facts = Vec::new();
        let derived = self.derived.iter().map(|derivation| &derivation.plan);
        let plans = self.policies.iter().map(|policy| &policy.plan).chain(derived);
        for load in plans.flat_map(|plan| plan.loads) {
            if load.derivation().is_none() && !facts.contains(&load.fact) {
                facts.push(load.fact);
            }
        }
        facts
    }
}

/// Adds the derived facts that `plan` needs, directly or through others.
fn collect_derived(plan: &Plan, derived: &mut Vec<&'static Derivation>) {
    for derivation in plan.loads.iter().filter_map(PlannedLoad::derivation) {
        if !derived.contains(&derivation) {
            derived.push(derivation);
            collect_derived(&derivation.plan, derived);
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for GatePlan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut plan = serializer.serialize_struct("GatePlan", 4)?;
        plan.serialize_field("rounds", &self.rounds())?;
        plan.serialize_field("rounds_per_link", &self.rounds_per_link())?;
        plan.serialize_field("policies", &self.policies)?;
        plan.serialize_field("derived", &self.derived)?;
        plan.end()
    }
}
