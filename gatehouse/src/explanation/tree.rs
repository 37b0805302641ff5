//! An explanation as a tree of lines.

use std::fmt;

use super::conditions::ConditionMet;
use super::data::{Explanation, PolicyExplanation, PolicyOutcome};
use super::excerpt::{self, Part, Repeated, mark};
use crate::decision::Decision;
use crate::plan::{ConditionKind, Effect};

impl Explanation {
    /// The explanation with colours, if standard output is a terminal and `NO_COLOR` is not set.
    #[must_use]
    pub fn colored(&self) -> impl fmt::Display + '_ {
        use std::io::IsTerminal;
        let off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Tree { explanation: self, colors: !off && std::io::stdout().is_terminal() }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tree { explanation: self, colors: false }.fmt(f)
    }
}

/// Displays an explanation as a tree.
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
