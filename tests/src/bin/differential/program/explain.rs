//! Writes an explanation down, word by word.

use gatehouse::explanation::{
    ConditionMet, Explanation, FactFound, FactRead, PolicyExplanation, PolicyOutcome,
};
use gatehouse::plan::{ConditionKind, Location};

/// Words with tabs between them.
pub struct Words(pub String);

impl Words {
    fn word(&mut self, word: impl ToString) {
        self.0.push('\t');
        self.0.push_str(&word.to_string());
    }

    /// An explanation, and what was asked of a source for it.
    pub fn explanation(&mut self, it: &Explanation, loads: usize) {
        self.word(it.decision.as_str());
        self.word(loads);
        self.word(it.policies.len());
        for policy in &it.policies {
            self.policy(policy);
        }
        self.word(it.counterfactuals.len());
        let mut policies = it.policies.iter().enumerate();
        for change in &it.counterfactuals {
            // At most one of each policy, in their order.
            let is_its = |policy: &PolicyExplanation| std::ptr::eq(policy.policy, change.policy);
            let (at, policy) = policies.find(|(_, it)| is_its(it)).expect("a policy of the gate");
            let is_it = |met: &ConditionMet| {
                met.condition.is_some_and(|it| std::ptr::eq(it, change.condition))
            };
            let condition = policy.conditions.iter().position(is_it).expect("one that it met");
            self.word(at);
            self.word(condition);
            self.word(change.holds);
            self.word(if change.allows { "allow" } else { "deny" });
        }
    }

    fn policy(&mut self, it: &PolicyExplanation) {
        self.word(match it.outcome {
            PolicyOutcome::Applies => "applies",
            PolicyOutcome::DoesNotApply => "does_not_apply",
            PolicyOutcome::Indeterminate => "indeterminate",
            PolicyOutcome::NotNeeded { .. } => "not_needed",
            _ => "something else",
        });
        self.conditions(&it.conditions, Some(it.policy.location));
    }

    fn conditions(&mut self, conditions: &[ConditionMet], location: Option<Location>) {
        self.word(location.map_or("", |location| location.file));
        self.word(conditions.len());
        for it in conditions {
            self.word(match it.condition.map(|condition| condition.kind) {
                Some(ConditionKind::Truth) => "truth",
                Some(ConditionKind::Present) => "present",
                Some(ConditionKind::Pattern) => "pattern",
                Some(ConditionKind::Arm) => "arm",
                _ => "after",
            });
            let (line, column) = it.condition.map_or((0, 0), |it| (it.line, it.column));
            self.word(line);
            self.word(column);
            self.word(it.condition.map_or("", |condition| condition.text));
            self.word(it.held.map_or("unknown", |held| if held { "true" } else { "false" }));
            self.word(it.facts.len());
            for fact in &it.facts {
                self.fact(fact);
            }
        }
    }

    fn fact(&mut self, it: &FactRead) {
        self.word(&it.key);
        self.word(match &it.found {
            FactFound::Value(value) => format!("v{value}"),
            FactFound::Missing(default) => format!("m{}", default.as_deref().unwrap_or_default()),
            FactFound::Failed(_) => "f".into(),
            FactFound::NotLoaded => "n".into(),
            _ => "?".into(),
        });
        self.conditions(&it.conditions, it.location);
    }
}
