//! Why a gate decided as it did.

use std::fmt::{self, Write};

use super::decision::Decision;
use crate::plan::{Condition, ConditionKind};
use crate::policy::{Effect, Location, PolicyInfo};
use crate::private::{Met, Seen, SeenFact};

/// Why a gate decided as it did: made by [`Bound::explain`](crate::Bound::explain).
///
/// `Display` draws it as a tree; [`to_markdown`](Self::to_markdown) writes it for a ticket, and
/// [`colored`](Self::colored) for a terminal. With the feature `serde` it is data.
///
/// Keys and values of facts are in it as their `Debug` shows them, but those of `#[sensitive]` ones.
/// What it says of parameters is the text of the conditions, never a value.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Explanation {
    /// The decision, as [`Bound::check`](crate::Bound::check) gives it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_decision"))]
    pub decision: Decision,
    /// Every policy of the gate, in its order.
    pub policies: Vec<PolicyExplanation>,
    /// What would have decided otherwise: for each policy the condition nearest to its end that, had it
    /// alone come out the other way, would have led to another decision.
    pub changes: Vec<Change>,
}

/// What one policy came to, and why.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyExplanation {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_policy"))]
    pub policy: &'static PolicyInfo,
    /// What it came to.
    pub outcome: PolicyOutcome,
    /// The conditions that it met, in that order.
    pub conditions: Vec<ConditionMet>,
}

/// What a policy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PolicyOutcome {
    /// It applies: it permits, or forbids.
    Applies,
    /// It does not.
    DoesNotApply,
    /// A fact that it needs failed to load.
    Indeterminate,
    /// A fact that it needs was not loaded, because the decision stood without it.
    #[non_exhaustive]
    NotNeeded {
        /// Why the decision stood.
        because: &'static str,
    },
}

/// A condition that a body met.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConditionMet {
    /// The condition as written, and where; `None` for facts that were read after the last one.
    pub condition: Option<&'static Condition>,
    /// Whether it held: was true, had a value, matched. `None` if it came to nothing, because a fact in
    /// it failed or was not loaded.
    pub held: Option<bool>,
    /// The facts that were read for it.
    pub facts: Vec<FactRead>,
}

/// A fact that a body read.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FactRead {
    /// The fact.
    pub fact: &'static str,
    /// The key, as its `Debug` shows it.
    pub key: String,
    /// What was found.
    pub found: FactFound,
    /// Where the body is, of a derived fact.
    pub location: Option<Location>,
    /// What the body of a derived fact met, the first time that the fact is read.
    pub conditions: Vec<ConditionMet>,
}

/// What was found of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FactFound {
    /// A value, as its `Debug` shows it.
    Value(String),
    /// No value; and the default that stands in for it, if there is one.
    Missing(Option<String>),
    /// A value that is not shown: the fact is `#[sensitive]`.
    Sensitive,
    /// The load failed. The text is safe to show: the source's own error is not in it.
    Failed(String),
    /// It was not loaded.
    NotLoaded,
}

/// A condition that would have decided otherwise.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Change {
    /// The policy.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialize_policy"))]
    pub policy: &'static PolicyInfo,
    /// The condition.
    pub condition: &'static Condition,
    /// Whether it would have to hold, or not to hold.
    pub holds: bool,
    /// The decision there would have been: `allow`, `deny` or `indeterminate`.
    pub decision: &'static str,
}

impl Explanation {
    pub(super) fn new(
        decision: Decision,
        policies: Vec<PolicyExplanation>,
        changes: Vec<Change>,
    ) -> Self {
        Self { decision, policies, changes }
    }

    /// The explanation as Markdown, for a ticket or a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("**{}**\n", self.decision);
        for policy in &self.policies {
            // Writing to a `String` cannot fail.
            let _ = policy.markdown(&mut text);
        }
        if !self.changes.is_empty() {
            text.push('\n');
        }
        for change in &self.changes {
            let _ = writeln!(text, "> {change}");
        }
        text
    }

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

impl PolicyExplanation {
    pub(super) fn new(policy: &'static PolicyInfo, outcome: PolicyOutcome, met: &[Met]) -> Self {
        let conditions = met_conditions(met, policy.plan.conditions);
        Self { policy, outcome, conditions }
    }

    fn markdown(&self, text: &mut String) -> fmt::Result {
        let Self { policy, outcome, conditions } = self;
        let (effect, location) = (policy.effect, policy.location);
        writeln!(text, "\n- {effect} `{policy}` {outcome} ({location})")?;
        if let Some(docs) = policy.docs.lines().next() {
            writeln!(text, "  {docs}")?;
        }
        markdown(conditions, text, 1)
    }
}

fn markdown(conditions: &[ConditionMet], text: &mut String, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for met in conditions {
        if let Some(condition) = met.condition {
            writeln!(text, "{indent}- {} `{}`", met.mark(), condition.text)?;
        }
        for fact in &met.facts {
            writeln!(text, "{indent}  - `{}` {}", fact.key, fact.found)?;
            markdown(&fact.conditions, text, depth + 2)?;
        }
    }
    Ok(())
}

/// What was reported, with the conditions that it is about.
fn met_conditions(met: &[Met], conditions: &'static [Condition]) -> Vec<ConditionMet> {
    let of = |met: &Met| ConditionMet {
        condition: met.condition.and_then(|id| conditions.get(id as usize)),
        held: met.value.or_else(|| met.condition.map(|_| false)),
        facts: met.facts.iter().map(FactRead::of).collect(),
    };
    met.iter().map(of).collect()
}

impl ConditionMet {
    /// How it is marked in a tree.
    fn mark(&self) -> char {
        match self.held {
            Some(true) => '✓',
            Some(false) => '✗',
            None => '?',
        }
    }
}

impl FactRead {
    fn of(seen: &SeenFact) -> Self {
        let conditions = seen.derivation.map(|derivation| derivation.plan.conditions);
        Self {
            fact: seen.fact,
            key: seen.key.clone(),
            found: FactFound::of(&seen.seen),
            location: seen.derivation.map(|derivation| derivation.location),
            conditions: met_conditions(&seen.run, conditions.unwrap_or_default()),
        }
    }
}

impl FactFound {
    fn of(seen: &Seen) -> Self {
        match seen {
            Seen::Value(value) => Self::Value(value.clone()),
            Seen::Missing(default) => Self::Missing(default.clone()),
            Seen::Sensitive => Self::Sensitive,
            Seen::Failed(error) => Self::Failed(error.to_string()),
            Seen::Pending => Self::NotLoaded,
        }
    }
}

impl fmt::Display for FactFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "is {value}"),
            Self::Missing(None) => f.write_str("is missing"),
            Self::Missing(Some(default)) => write!(f, "is missing, which counts as {default}"),
            Self::Sensitive => f.write_str("is known, and not shown"),
            Self::Failed(error) => write!(f, "failed to load: {error}"),
            Self::NotLoaded => f.write_str("was not loaded"),
        }
    }
}

impl fmt::Display for PolicyOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies => f.write_str("applies"),
            Self::DoesNotApply => f.write_str("does not apply"),
            Self::Indeterminate => f.write_str("could not be decided"),
            Self::NotNeeded { because } => write!(f, "was not needed: {because}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, condition, holds, decision } = self;
        let would = match *decision {
            "allow" => "would be allowed",
            "deny" => "would be denied",
            _ => "would be indeterminate",
        };
        let held = if *holds { "held" } else { "did not hold" };
        write!(f, "{would} if `{}` {held} (`{policy}`)", condition.text)
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
        if let Some(docs) = policy.docs.lines().next() {
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
        for met in conditions {
            if let Some(condition) = met.condition {
                let color = match met.held {
                    Some(true) => Color::Green,
                    Some(false) => Color::Red,
                    None => Color::Yellow,
                };
                let text = condition.text;
                let kind = if condition.kind == ConditionKind::Arm { "→" } else { "" };
                let mark = self.paint(color, met.mark());
                writeln!(f, "{indent}{mark} {kind}{text}")?;
            }
            for fact in &met.facts {
                writeln!(f, "{indent}    {} {}", fact.key, fact.found)?;
                self.conditions(f, &fact.conditions, &format!("{indent}      "))?;
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
            writeln!(f, "{change}")?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn serialize_policy<S: serde::Serializer>(
    policy: &&'static PolicyInfo,
    to: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut fields = to.serialize_struct("Policy", 4)?;
    fields.serialize_field("name", policy.name)?;
    fields.serialize_field("effect", &policy.effect)?;
    fields.serialize_field("docs", policy.docs)?;
    fields.serialize_field("location", &policy.location)?;
    fields.end()
}

#[cfg(feature = "serde")]
fn serialize_decision<S: serde::Serializer>(decision: &Decision, to: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut fields = to.serialize_struct("Decision", 3)?;
    fields.serialize_field("outcome", decision.as_str())?;
    fields.serialize_field("by", &decision.by().map(|policy| policy.name))?;
    fields.serialize_field("text", &decision.to_string())?;
    fields.end()
}
