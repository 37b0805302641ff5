//! Plans as data: what a policy loads, when, and under which conditions, known before anything runs.

use std::fmt;

use crate::policy::{Effect, PolicyInfo};

/// How many keys one load asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// One place in a policy that loads a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PlannedLoad {
    /// The fact's name.
    pub fact: &'static str,
    /// The load as written, without `.await`.
    pub key: &'static str,
    /// How many keys it asks for.
    pub kind: LoadKind,
    /// The round in which it is asked for at the latest, from 1.
    pub round: u32,
    /// The loads, by their place in [`Plan::loads`], that must be answered before.
    pub waits_for: &'static [usize],
    /// Its line in the source file.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

impl PlannedLoad {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        (fact, key, kind): (&'static str, &'static str, LoadKind),
        round: u32,
        waits_for: &'static [usize],
        (line, column): (u32, u32),
    ) -> Self {
        Self { fact, key, kind, round, waits_for, line, column }
    }
}

/// A condition of a policy, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Condition {
    /// Its source text.
    pub text: &'static str,
    /// Its line in the source file.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

impl Condition {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str, (line, column): (u32, u32)) -> Self {
        Self { text, line, column }
    }
}

/// What one policy loads and asks.
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
#[non_exhaustive]
pub struct Plan {
    /// Every load, in the order of the source.
    pub loads: &'static [PlannedLoad],
    /// Every condition, in the order of the source.
    pub conditions: &'static [Condition],
    /// Round trips that the policy needs at most, each a set of loads side by side.
    pub rounds: u32,
}

impl Plan {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        loads: &'static [PlannedLoad],
        conditions: &'static [Condition],
        rounds: u32,
    ) -> Self {
        Self { loads, conditions, rounds }
    }
}

/// The plans of all policies of a gate; `Display` draws them as text.
#[derive(Clone, Debug)]
pub struct GatePlan {
    policies: Vec<&'static PolicyInfo>,
}

impl GatePlan {
    pub(crate) fn new(policies: Vec<&'static PolicyInfo>) -> Self {
        Self { policies }
    }

    /// The policies, in the gate's order.
    #[must_use]
    pub fn policies(&self) -> &[&'static PolicyInfo] {
        &self.policies
    }

    /// Round trips that a check, or a page of any length, needs at most.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.policies.iter().map(|policy| policy.plan.rounds).max().unwrap_or(0)
    }

    /// The names of the facts that are loaded, each once, in the order in which they appear.
    #[must_use]
    pub fn facts(&self) -> Vec<&'static str> {
        let mut facts = Vec::new();
        for load in self.policies.iter().flat_map(|policy| policy.plan.loads) {
            if !facts.contains(&load.fact) {
                facts.push(load.fact);
            }
        }
        facts
    }
}

/// One line of the drawing of a gate's plan.
struct Row {
    effect: Effect,
    policy: &'static str,
    load: String,
    waits: String,
    location: String,
}

impl GatePlan {
    fn rows_of(policy: &'static PolicyInfo, round: u32) -> impl Iterator<Item = Row> {
        let plan = &policy.plan;
        let loads = plan.loads.iter().filter(move |load| load.round == round);
        loads.map(move |load| Row {
            effect: policy.effect,
            policy: policy.name,
            load: load.key.to_owned(),
            waits: match load.waits_for {
                [] => String::new(),
                waits => {
                    let keys: Vec<_> = waits.iter().map(|&at| plan.loads[at].key).collect();
                    format!("after {}", keys.join(", "))
                }
            },
            location: format!("{}:{}", policy.location.file, load.line),
        })
    }

    fn local_rows(&self) -> impl Iterator<Item = Row> {
        let local = self.policies.iter().filter(|policy| policy.plan.loads.is_empty());
        local.map(|policy| Row {
            effect: policy.effect,
            policy: policy.name,
            load: String::from("nothing"),
            waits: String::new(),
            location: policy.location.to_string(),
        })
    }
}

impl fmt::Display for GatePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = self.rounds();
        let (policies, facts) = (self.policies.len(), self.facts().len());
        let s = |n: usize| if n == 1 { "" } else { "s" };
        writeln!(
            f,
            "{policies} {}, {facts} fact{}, {rounds} round{}",
            if policies == 1 { "policy" } else { "policies" },
            s(facts),
            s(rounds as usize),
        )?;
        let mut groups: Vec<(String, Vec<Row>)> =
            vec![(String::from("at once"), self.local_rows().collect())];
        for round in 1..=rounds {
            let rows = self.policies.iter().flat_map(|policy| Self::rows_of(policy, round));
            groups.push((format!("round {round}"), rows.collect()));
        }
        let rows = || groups.iter().flat_map(|(_, rows)| rows);
        let width = |part: fn(&Row) -> &str| rows().map(|row| part(row).len()).max().unwrap_or(0);
        let policy = width(|row| row.policy);
        let load = width(|row| &row.load);
        let waits = width(|row| &row.waits);
        for (title, rows) in groups.iter().filter(|(_, rows)| !rows.is_empty()) {
            writeln!(f, "{title}")?;
            for row in rows {
                writeln!(
                    f,
                    "  {:<6}  {:<policy$}  {:<load$}  {:<waits$}  {}",
                    row.effect.to_string(),
                    row.policy,
                    row.load,
                    row.waits,
                    row.location,
                )?;
            }
        }
        Ok(())
    }
}
