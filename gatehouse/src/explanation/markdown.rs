//! An explanation as Markdown.

use std::fmt::{self, Write};

use super::conditions::ConditionMet;
use super::data::{Explanation, PolicyExplanation};
use super::excerpt::{self, Part, Repeated, mark};
use crate::plan::ConditionKind;

impl Explanation {
    /// The explanation as Markdown, for a ticket or a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = write(self, &mut text);
        text
    }
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
    // Two spaces are a line break in Markdown: the docs stay on a line of their own.
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

/// Text as code, between more backticks than any run of them in the text.
fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let ticks = "`".repeat(runs.max().unwrap_or(0) + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}
