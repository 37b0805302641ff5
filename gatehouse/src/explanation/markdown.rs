//! An explanation as Markdown.

use std::fmt::{self, Write};

use super::excerpt::{self, Part, Repeated};
use super::tree::mark;
use super::{ConditionMet, Explanation, PolicyExplanation};
use crate::plan::ConditionKind;

pub(super) fn of(explanation: &Explanation) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write(explanation, &mut text);
    text
}

fn write(explanation: &Explanation, text: &mut String) -> fmt::Result {
    writeln!(text, "**{}**", explanation.decision)?;
    for it in &explanation.policies {
        policy(it, text)?;
    }
    if !explanation.counterfactuals.is_empty() {
        text.push('\n');
    }
    for change in &explanation.counterfactuals {
        writeln!(text, "> It {change}.")?;
    }
    Ok(())
}

fn policy(it: &PolicyExplanation, text: &mut String) -> fmt::Result {
    let PolicyExplanation { policy, outcome, conditions: met } = it;
    let (effect, location) = (policy.effect, policy.location);
    let docs = excerpt::docs(policy.docs);
    // Two spaces at the end: what follows stays on a line of its own.
    let end = if docs.is_empty() { "" } else { "  " };
    writeln!(text, "\n- {effect} `{policy}` {outcome} ({location}){end}")?;
    if !docs.is_empty() {
        writeln!(text, "  {docs}")?;
    }
    conditions(met, text, 1)
}

fn conditions(conditions: &[ConditionMet], text: &mut String, depth: usize) -> fmt::Result {
    for part in excerpt::conditions(&excerpt::repeated(conditions)) {
        match part {
            Part::One(met) => condition(met, text, depth)?,
            Part::Others(count) => writeln!(text, "{}- {count} more conditions", indent(depth))?,
        }
    }
    Ok(())
}

fn condition(
    Repeated { met, times }: &Repeated<'_>,
    text: &mut String,
    depth: usize,
) -> fmt::Result {
    if let Some(condition) = met.condition {
        let taken = if condition.kind == ConditionKind::Arm { "→ " } else { "" };
        let (mark, times) = (mark(met), excerpt::times(*times));
        writeln!(text, "{}- {mark} {taken}{}{times}", indent(depth), code(condition.text))?;
    }
    let depth = depth + usize::from(met.condition.is_some());
    for part in excerpt::facts(&met.facts) {
        match part {
            Part::One(fact) => {
                writeln!(text, "{}- {}", indent(depth), excerpt::fact(fact, code))?;
                self::conditions(&fact.conditions, text, depth + 1)?;
            }
            Part::Others(count) => writeln!(text, "{}- {count} more", indent(depth))?,
        }
    }
    Ok(())
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// Text as code: between more backticks than stand together in it.
fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let ticks = "`".repeat(runs.max().unwrap_or(0) + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}
