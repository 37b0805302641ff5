//! Counterfactuals: the conditions that would have changed the decision.

use std::collections::{HashMap, HashSet};

use super::observed::ObservedPolicy;
use crate::decision::Decision;
use crate::eval::{Event, FactState, ObservedFact, Stop};
use crate::explanation::Counterfactual;
use crate::gate::combine::{Combiner, Outcome};
use crate::plan::Condition;

/// The condition of a policy that would alone have changed the decision; the nearest to the policy's end.
///
/// Nothing is run for it, because code behind a condition may panic or not end where the condition does not
/// hold. So only conditions count after which the body answers at once, by its plan.
pub(super) fn counterfactual(
    observed: &[ObservedPolicy],
    occurrences: &Occurrences,
    at: usize,
    decision: &Decision,
) -> Option<Counterfactual> {
    let ObservedPolicy { policy, events, .. } = &observed[at];
    if !is_known(&observed[at]) {
        return None;
    }
    events.iter().rev().find_map(|event| {
        let Event::Met { condition: id, value } = event else { return None };
        let condition = &policy.plan.conditions[*id as usize];
        // A condition in a loop is met often, so this comes before any search through all events.
        if occurrences.get(condition.text) != Some(&1) {
            return None;
        }
        let answer = if *value { condition.if_false } else { condition.if_true }?;
        let allows = match outcome_if(observed, at, answer)? {
            Outcome::Allow(_) => true,
            Outcome::Deny(_) => false,
            Outcome::Indeterminate(_) => return None,
        };
        let differs = if allows { !decision.is_allow() } else { !decision.is_deny() };
        let is_counterfactual = differs && has_own_facts(observed, at, condition);
        is_counterfactual.then_some(Counterfactual { policy, condition, holds: !value, allows })
    })
}

/// The number of times that conditions with a text were met, in all policies: a condition with the same text
/// would have the other value as well.
pub(super) type Occurrences = HashMap<&'static str, usize>;

pub(super) fn occurrences(observed: &[ObservedPolicy]) -> Occurrences {
    let mut occurrences = Occurrences::new();
    for ObservedPolicy { policy, events, .. } in observed {
        for event in events {
            if let Event::Met { condition: id, .. } = event {
                *occurrences.entry(policy.plan.conditions[*id as usize].text).or_default() += 1;
            }
        }
    }
    occurrences
}

/// Whether a policy has a result, and every fact that it read is known.
fn is_known(ObservedPolicy { run, events, .. }: &ObservedPolicy) -> bool {
    let is_unknown = |event: &Event| match event {
        Event::Fact { fact, .. } => matches!(fact.state, FactState::Failed(_) | FactState::Pending),
        _ => false,
    };
    !matches!(run, None | Some(Err(Stop::Failed | Stop::Pending))) && !events.iter().any(is_unknown)
}

/// The outcome of the gate if one policy had another answer; `None` if it is not known.
fn outcome_if(observed: &[ObservedPolicy], at: usize, answer: bool) -> Option<Outcome> {
    let mut combiner = Combiner::default();
    for (i, ObservedPolicy { policy, run, .. }) in observed.iter().enumerate() {
        let run = if i == at { Some(Ok(answer)) } else { *run };
        combiner.note(policy, run.unwrap_or(Err(Stop::Pending)));
    }
    combiner.outcome()
}

/// Whether the facts of a condition, and the facts that they were computed from, were read for this condition
/// only: other conditions on them could change as well.
fn has_own_facts(observed: &[ObservedPolicy], at: usize, condition: &Condition) -> bool {
    let own = |load: usize| condition.loads.contains(&load);
    let mut facts = HashSet::new();
    for event in &observed[at].events {
        if let Event::Fact { load, fact } = event
            && own(*load)
        {
            note_facts(fact, &mut facts);
        }
    }
    let mut others = HashSet::new();
    for (i, ObservedPolicy { events, .. }) in observed.iter().enumerate() {
        for event in events {
            if let Event::Fact { load, fact } = event
                && (i != at || !own(*load))
            {
                note_facts(fact, &mut others);
            }
        }
    }
    others.is_disjoint(&facts)
}

/// Adds the ids of a fact and of the facts that it was computed from.
fn note_facts(fact: &ObservedFact, ids: &mut HashSet<usize>) {
    ids.insert(fact.id);
    for event in &fact.body {
        if let Event::Fact { fact, .. } = event {
            note_facts(fact, ids);
        }
    }
}
