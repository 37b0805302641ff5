//! An explanation as a tree of lines.

use std::fmt;

use super::{ConditionMet, Explanation, PolicyExplanation, PolicyOutcome};
use crate::gate::Decision;
use crate::plan::ConditionKind;
use crate::policy::Effect;

/// How many facts of one condition are shown; `each` may read thousands.
pub(super) const MOST_FACTS: usize = 12;

/// Without colours.
pub(super) fn plain(explanation: &Explanation) -> impl fmt::Display + '_ {
    Tree { explanation, colors: false }
}

/// With colours, where they can be seen and are wanted.
pub(super) fn colored(explanation: &Explanation) -> impl fmt::Display + '_ {
    use std::io::IsTerminal;
    let off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Tree { explanation, colors: !off && std::io::stdout().is_terminal() }
}

/// How a condition is marked.
pub(super) fn mark(met: &ConditionMet) -> char {
    match met.held {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '?',
    }
}

/// Draws an explanation.
struct Tree<'e> {
    explanation: &'e Explanation,
    colors: bool,
}

/// Colours of a terminal.
#[derive(Clone, Copy)]
enum Color {
    Green,
    Red,
    Yellow,
    Dim,
}

impl Tree<'_> {
    fn paint(&self, color: Color, text: impl fmt::Display) -> String {
        if !self.colors {
            return text.to_string();
        }
        let code = match color {
            Color::Green => 32,
            Color::Red => 31,
            Color::Yellow => 33,
            Color::Dim => 2,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    fn policy(
        &self,
        f: &mut fmt::Formatter<'_>,
        it: &PolicyExplanation,
        last: bool,
    ) -> fmt::Result {
        let PolicyExplanation { policy, outcome, conditions } = it;
        let color = match (outcome, policy.effect) {
            (PolicyOutcome::Applies, Effect::Permit) => Color::Green,
            (PolicyOutcome::Applies, Effect::Forbid) => Color::Red,
            (PolicyOutcome::Indeterminate, _) => Color::Yellow,
            _ => Color::Dim,
        };
        let (branch, indent) = if last { ("└─", "   ") } else { ("├─", "│  ") };
        let (effect, outcome) = (policy.effect, self.paint(color, outcome));
        let place = self.paint(Color::Dim, format!("({})", policy.location));
        writeln!(f, "{branch} {effect} `{policy}` {outcome} {place}")?;
        if let Some(docs) = policy.docs.trim().lines().next() {
            writeln!(f, "{indent}{}", self.paint(Color::Dim, docs.trim()))?;
        }
        self.conditions(f, conditions, indent)
    }

    fn conditions(
        &self,
        f: &mut fmt::Formatter<'_>,
        conditions: &[ConditionMet],
        indent: &str,
    ) -> fmt::Result {
        for met in conditions {
            if let Some(condition) = met.condition {
                let color = match met.held {
                    Some(true) => Color::Green,
                    Some(false) => Color::Red,
                    None => Color::Yellow,
                };
                let text = condition.text;
                let taken = if condition.kind == ConditionKind::Arm { "→ " } else { "" };
                let mark = self.paint(color, mark(met));
                writeln!(f, "{indent}{mark} {taken}{text}")?;
            }
            let mark = if met.condition.is_some() { "    " } else { "· " };
            for fact in met.facts.iter().take(MOST_FACTS) {
                writeln!(f, "{indent}{mark}{} {}", fact.key, fact.found)?;
                self.conditions(f, &fact.conditions, &format!("{indent}      "))?;
            }
            if let Some(more) = met.facts.len().checked_sub(MOST_FACTS).filter(|more| *more > 0) {
                writeln!(f, "{indent}    … and {more} more")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { decision, policies, changes } = self.explanation;
        let color = match decision {
            Decision::Allow { .. } => Color::Green,
            Decision::Deny { .. } => Color::Red,
            Decision::Indeterminate { .. } => Color::Yellow,
        };
        writeln!(f, "{}", self.paint(color, decision))?;
        for (at, policy) in policies.iter().enumerate() {
            self.policy(f, policy, at + 1 == policies.len())?;
        }
        for change in changes {
            writeln!(f, "It {change}.")?;
        }
        Ok(())
    }
}
