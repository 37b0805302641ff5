//! Plans as text.

use std::fmt;

use super::GatePlan;
use crate::policy::{Effect, PolicyInfo};

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
