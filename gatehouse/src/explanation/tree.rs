//! An explanation as a tree of lines.

use std::fmt;

use super::excerpt::{self, Part, Repeated};
use super::{ConditionMet, Explanation, PolicyExplanation, PolicyOutcome};
use crate::decision::Decision;
use crate::plan::ConditionKind;
use crate::plan::Effect;

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
        let docs = excerpt::docs(policy.docs);
        if !docs.is_empty() {
            writeln!(f, "{indent}{}", self.paint(Color::Dim, docs))?;
        }
        self.conditions(f, conditions, indent)
    }

    fn conditions(
        &self,
        f: &mut fmt::Formatter<'_>,
        conditions: &[ConditionMet],
        indent: &str,
    ) -> fmt::Result {
        for part in excerpt::conditions(&excerpt::repeated(conditions)) {
            match part {
                Part::One(met) => self.condition(f, met, indent)?,
                Part::Others(count) => writeln!(f, "{indent}… {count} more conditions …")?,
            }
        }
        Ok(())
    }

    fn condition(
        &self,
        f: &mut fmt::Formatter<'_>,
        Repeated { met, times }: &Repeated<'_>,
        indent: &str,
    ) -> fmt::Result {
        if let Some(condition) = met.condition {
            let color = match met.held {
                Some(true) => Color::Green,
                Some(false) => Color::Red,
                None => Color::Yellow,
            };
            let taken = if condition.kind == ConditionKind::Arm { "→ " } else { "" };
            let (mark, times) = (self.paint(color, mark(met)), excerpt::times(*times));
            writeln!(f, "{indent}{mark} {taken}{}{times}", condition.text)?;
        }
        let mark = if met.condition.is_some() { "    " } else { "· " };
        for part in excerpt::facts(&met.facts) {
            match part {
                Part::One(fact) => {
                    writeln!(f, "{indent}{mark}{}", excerpt::fact(fact, str::to_owned))?;
                    self.conditions(f, &fact.conditions, &format!("{indent}      "))?;
                }
                Part::Others(count) => writeln!(f, "{indent}{mark}… {count} more …")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { decision, policies, counterfactuals } = self.explanation;
        let color = match decision {
            Decision::Allow { .. } => Color::Green,
            Decision::Deny { .. } => Color::Red,
            Decision::Indeterminate { .. } => Color::Yellow,
        };
        writeln!(f, "{}", self.paint(color, decision))?;
        for (at, policy) in policies.iter().enumerate() {
            self.policy(f, policy, at + 1 == policies.len())?;
        }
        for change in counterfactuals {
            writeln!(f, "It {change}.")?;
        }
        Ok(())
    }
}
