//! Runs the policies of a gate before a watcher's eyes, and works out what would decide otherwise.

mod conditions;

use std::collections::{HashMap, HashSet};

pub(super) use self::conditions::fact_alone;
#[cfg(feature = "testing")]
pub(super) use self::conditions::values;
use super::combine::{Outcome, Tally};
use super::executor::Rules;
use super::traced::each;
use crate::decision::Decision;
use crate::domain::Domain;
use crate::eval::{Cx, Event, FactState, ObservedFact, Request, Stop, Trace};
use crate::explanation::{Counterfactual, Explanation, PolicyExplanation, PolicyOutcome};
use crate::plan::Condition;
use crate::plan::PolicyInfo;
use crate::session::Sources;
use crate::unwind::{catch, drop_quietly};

/// One policy's run.
struct Watched {
    policy: &'static PolicyInfo,
    /// `None` if it panicked.
    run: Option<Result<bool, Stop>>,
    events: Vec<Event>,
}

/// Runs each policy, whether it matters or not: facts that are not loaded stay so.
///
/// The decision may not have needed a policy: it may panic, though the check did not. Then nothing is
/// known of it, and nothing of what it began is left to the next one.
fn watch_all<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) -> Vec<Watched> {
    let (mut trace, mut watched) = (Trace::default(), Vec::new());
    each(rules, |policy, evaluate| {
        let mut cx = cx.traced(std::mem::take(&mut trace));
        cx.trace().begin();
        let run = catch(|| evaluate(request, &mut cx));
        let events = cx.trace().end();
        trace = std::mem::take(cx.trace());
        // Values of derived facts are in it, whose destructors are the user's.
        drop_quietly(cx);
        watched.push(Watched { policy, run, events });
    });
    watched
}

/// Explains `decision`, to which `cx` has the facts.
pub(super) fn explain<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    decision: Decision,
) -> Explanation {
    let watched = watch_all(rules, request, cx);
    let texts = texts(&watched);
    let counterfactuals =
        (0..watched.len()).filter_map(|at| change(&watched, &texts, at, &decision)).collect();
    let policies = watched.iter().map(|it| policy(it, &decision)).collect();
    Explanation::new(decision, policies, counterfactuals)
}

/// The condition of a policy nearest to its end that alone would have decided otherwise.
///
/// Nothing is run for it, since code that a condition guards may panic, or not end, without it. So only
/// conditions count behind which the body answers at once, as its plan says.
fn change(
    watched: &[Watched],
    texts: &Texts,
    at: usize,
    decision: &Decision,
) -> Option<Counterfactual> {
    let Watched { policy, events, .. } = &watched[at];
    if !is_known(&watched[at]) {
        return None;
    }
    events.iter().rev().find_map(|event| {
        let Event::Met { condition: id, value } = event else { return None };
        let condition = &policy.plan.conditions[*id as usize];
        // One in a loop is met often: this comes before anything that looks at all that was met.
        if texts.get(condition.text) != Some(&1) {
            return None;
        }
        let answer = if *value { condition.if_false } else { condition.if_true }?;
        let allows = match otherwise(watched, at, answer)? {
            Outcome::Allow(_) => true,
            Outcome::Deny(_) => false,
            Outcome::Indeterminate(_) => return None,
        };
        let differs = if allows { !decision.is_allow() } else { !decision.is_deny() };
        let is_change = differs && has_own_facts(watched, at, condition);
        is_change.then_some(Counterfactual { policy, condition, holds: !value, allows })
    })
}

/// How often a condition with a text was met, in all policies: one with the same text would come out the
/// other way as well.
type Texts = HashMap<&'static str, usize>;

fn texts(watched: &[Watched]) -> Texts {
    let mut texts = Texts::new();
    for Watched { policy, events, .. } in watched {
        for event in events {
            if let Event::Met { condition: id, .. } = event {
                *texts.entry(policy.plan.conditions[*id as usize].text).or_default() += 1;
            }
        }
    }
    texts
}

/// Whether all that a policy read is known, and it came to an answer.
fn is_known(Watched { run, events, .. }: &Watched) -> bool {
    let is_unknown = |event: &Event| match event {
        Event::Fact { fact, .. } => matches!(fact.state, FactState::Failed(_) | FactState::Pending),
        _ => false,
    };
    !matches!(run, None | Some(Err(Stop::Failed | Stop::Pending))) && !events.iter().any(is_unknown)
}

/// What the gate comes to if one policy had another answer; `None` if that is not known.
fn otherwise(watched: &[Watched], at: usize, answer: bool) -> Option<Outcome> {
    let mut tally = Tally::default();
    for (i, Watched { policy, run, .. }) in watched.iter().enumerate() {
        let run = if i == at { Some(Ok(answer)) } else { *run };
        tally.note(policy, run.unwrap_or(Err(Stop::Pending)));
    }
    tally.outcome()
}

/// Whether the facts of a condition, and those that they were computed from, were read for nothing
/// else: what was may come out otherwise too, if they do.
fn has_own_facts(watched: &[Watched], at: usize, condition: &Condition) -> bool {
    let own = |load: usize| condition.loads.contains(&load);
    let mut facts = HashSet::new();
    for event in &watched[at].events {
        if let Event::Fact { load, fact } = event
            && own(*load)
        {
            note_facts(fact, &mut facts);
        }
    }
    let mut others = HashSet::new();
    for (i, Watched { events, .. }) in watched.iter().enumerate() {
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

/// The fact, and those that it was computed from.
fn note_facts(fact: &ObservedFact, ids: &mut HashSet<usize>) {
    ids.insert(fact.id);
    for event in &fact.body {
        if let Event::Fact { fact, .. } = event {
            note_facts(fact, ids);
        }
    }
}

/// A policy of the explanation.
fn policy(watched: &Watched, decision: &Decision) -> PolicyExplanation {
    let Watched { policy, run, events } = watched;
    let outcome = match run {
        Some(Ok(true) | Err(Stop::Returned(true))) => PolicyOutcome::Applies,
        Some(Ok(false) | Err(Stop::Returned(false) | Stop::NotApplicable)) => {
            PolicyOutcome::DoesNotApply
        }
        Some(Err(Stop::Failed)) => PolicyOutcome::Indeterminate,
        Some(Err(Stop::Pending)) | None => {
            PolicyOutcome::NotNeeded { because: not_needed(decision) }
        }
    };
    PolicyExplanation { policy, outcome, conditions: conditions::conditions(events, &policy.plan) }
}

/// Why nothing was loaded for a policy.
fn not_needed(decision: &Decision) -> &'static str {
    match decision {
        Decision::Deny { by: Some(_) } => "a forbid applies",
        Decision::Deny { by: None } => "no permit applies",
        Decision::Allow { .. } => "a permit applies",
        Decision::Indeterminate { .. } => "it could not have decided",
    }
}
