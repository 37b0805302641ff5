//! An explanation as Markdown.

use std::fmt::{self, Write};

use super::tree::{MOST_FACTS, mark};
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
    if !explanation.changes.is_empty() {
        text.push('\n');
    }
    for change in &explanation.changes {
        writeln!(text, "> It {change}.")?;
    }
    Ok(())
}

fn policy(it: &PolicyExplanation, text: &mut String) -> fmt::Result {
    let PolicyExplanation { policy, outcome, conditions: met } = it;
    let (effect, location) = (policy.effect, policy.location);
    writeln!(text, "\n- {effect} `{policy}` {outcome} ({location})")?;
    if let Some(docs) = policy.docs.trim().lines().next() {
        writeln!(text, "  {}", docs.trim())?;
    }
    conditions(met, text, 1)
}

fn conditions(conditions_met: &[ConditionMet], text: &mut String, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for met in conditions_met {
        let inner = if met.condition.is_some() { "  " } else { "" };
        if let Some(condition) = met.condition {
            let taken = if condition.kind == ConditionKind::Arm { "→ " } else { "" };
            writeln!(text, "{indent}- {} {taken}{}", mark(met), code(condition.text))?;
        }
        for fact in met.facts.iter().take(MOST_FACTS) {
            writeln!(text, "{indent}{inner}- {} {}", code(&fact.key), fact.found)?;
            conditions(&fact.conditions, text, depth + 2)?;
        }
        if let Some(more) = met.facts.len().checked_sub(MOST_FACTS).filter(|more| *more > 0) {
            writeln!(text, "{indent}{inner}- and {more} more")?;
        }
    }
    Ok(())
}

/// Text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
