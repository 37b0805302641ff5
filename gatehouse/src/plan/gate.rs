//! The plans of a gate's policies, and of the derived facts that they need, together.

use std::fmt::Write;

use super::{Derivation, Plan};
use crate::plan::PolicyInfo;

/// The plans of all policies of a gate.
///
/// `Display` draws them as text: what is asked for in each round, after what, and under which
/// conditions. [`to_mermaid`](Self::to_mermaid) and [`to_dot`](Self::to_dot) draw them as a graph,
/// and with the feature `serde` they serialise.
#[derive(Clone, Debug)]
pub struct GatePlan {
    policies: Vec<&'static PolicyInfo>,
    derived: Vec<&'static Derivation>,
}

impl GatePlan {
    pub(crate) fn new(policies: Vec<&'static PolicyInfo>) -> Self {
        let mut derived = Vec::new();
        for policy in &policies {
            note_derived(&policy.plan, &mut derived);
        }
        Self { policies, derived }
    }

    /// The policies, in the gate's order.
    #[must_use]
    pub fn policies(&self) -> &[&'static PolicyInfo] {
        &self.policies
    }

    /// The derived facts that the policies need, each once, in the order in which they appear.
    #[must_use]
    pub fn derived(&self) -> &[&'static Derivation] {
        &self.derived
    }

    /// Round trips that a check, or a page of any length, needs at most; where a recursive fact is
    /// used, [`rounds_per_link`](Self::rounds_per_link) more for each link of the data.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.policies.iter().map(|policy| policy.plan.rounds).max().unwrap_or(0)
    }

    /// Round trips more for each link of the data that a recursive fact follows; 0 without one.
    #[must_use]
    pub fn rounds_per_link(&self) -> u32 {
        self.policies.iter().map(|policy| policy.plan.rounds_per_link).max().unwrap_or(0)
    }

    /// The names of the facts that sources load, each once, in the order in which they appear.
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

    /// The text of the plan without places in the source: it changes when a load, a round or a
    /// condition does, and not when a line moves. Made for snapshot tests, so that a review shows
    /// that a change costs a round trip.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64, public: bool }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    ///
    /// #[policy]
    /// async fn member(user: &User, doc: &Document) -> bool {
    ///     doc.public || OrgMember(user.id, doc.org).await
    /// }
    ///
    /// static GATE: Gate<Documents, member> = Gate::new();
    ///
    /// // With insta: `insta::assert_snapshot!(GATE.plan().outline(), @"…")`.
    /// assert_eq!(
    ///     GATE.plan().outline(),
    ///     "1 policy, 1 fact, 1 round
    /// round 1
    ///   permit  member  OrgMember(user.id, doc.org)
    ///                     unless doc.public
    /// "
    /// );
    /// ```
    #[must_use]
    pub fn outline(&self) -> String {
        self.text(false)
    }

    /// What is different from an [`outline`](Self::outline) that was kept: lines that are gone begin
    /// with `-`, new ones with `+`, and a line that is in both is not shown, wherever it stands.
    /// Empty if nothing is different.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    /// # #[policy]
    /// # async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
    /// # static GATE: Gate<Documents, member> = Gate::new();
    /// let kept = "1 policy, 0 facts, 0 rounds\nat once\n  permit  member\n";
    /// let changes = GATE.plan().changes_since(kept);
    /// assert!(changes.starts_with("- 1 policy, 0 facts, 0 rounds\n"));
    /// assert!(changes.contains("+ round 1\n"));
    /// ```
    #[must_use]
    pub fn changes_since(&self, outline: &str) -> String {
        let now = self.outline();
        let mut changes = String::new();
        for (sign, lines, others) in [('-', outline, now.as_str()), ('+', now.as_str(), outline)] {
            for line in lines.lines().filter(|line| !others.lines().any(|other| other == *line)) {
                // Writing to a string cannot fail.
                let _ = writeln!(changes, "{sign} {line}");
            }
        }
        changes
    }
}

/// Adds the derived facts that a plan comes to.
fn note_derived(plan: &Plan, derived: &mut Vec<&'static Derivation>) {
    for derivation in plan.loads.iter().filter_map(super::PlannedLoad::derivation) {
        if !derived.contains(&derivation) {
            derived.push(derivation);
            note_derived(&derivation.plan, derived);
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
