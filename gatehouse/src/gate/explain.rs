//! Runs the policies of a gate before a watcher's eyes, and works out what would decide otherwise.

use super::decision::Decision;
use super::executor::{Rules, Visit};
use super::explanation::{Change, Explanation, PolicyExplanation, PolicyOutcome};
use super::tally::{Outcome, Tally};
use crate::plan::ConditionKind;
use crate::policy::{Domain, DynPolicy, Effect, PolicyInfo, Rule, Visitor};
use crate::private::{Cx, Met, Request, Stop, Trace};
use crate::source::Sources;

/// One policy's run.
struct Watched {
    policy: &'static PolicyInfo,
    run: Result<bool, Stop>,
    met: Vec<Met>,
}

/// Runs each policy, whether it matters or not: facts that are not loaded stay so.
struct WatchAll<'r, D: Domain, P: Sources> {
    request: &'r Request<'r, D>,
    cx: Cx<P, Trace>,
    policies: Vec<Watched>,
}

impl<D: Domain, P: Sources> WatchAll<'_, D, P> {
    fn policy(
        &mut self,
        policy: &'static PolicyInfo,
        evaluate: impl FnOnce(&Request<'_, D>, &mut Cx<P, Trace>) -> Result<bool, Stop>,
    ) {
        self.cx.trace().begin();
        self.cx.failed.clear();
        let run = evaluate(self.request, &mut self.cx);
        let met = self.cx.trace().end();
        self.policies.push(Watched { policy, run, met });
    }
}

impl<D: Domain, P: Sources> Visitor<D, P> for WatchAll<'_, D, P> {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::INFO, A::evaluate);
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for WatchAll<'_, D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(policy.info(), |request, cx| policy.explain(request, cx));
    }
}

/// Runs one policy of a gate, the one at a place.
struct WatchOne<'r, D: Domain, P: Sources> {
    request: &'r Request<'r, D>,
    cx: Cx<P, Trace>,
    at: usize,
    met: usize,
    run: Result<bool, Stop>,
}

impl<D: Domain, P: Sources> WatchOne<'_, D, P> {
    fn policy(
        &mut self,
        evaluate: impl FnOnce(&Request<'_, D>, &mut Cx<P, Trace>) -> Result<bool, Stop>,
    ) {
        if self.met == self.at {
            self.cx.trace().begin();
            self.run = evaluate(self.request, &mut self.cx);
        }
        self.met += 1;
    }
}

impl<D: Domain, P: Sources> Visitor<D, P> for WatchOne<'_, D, P> {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::evaluate);
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for WatchOne<'_, D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(|request, cx| policy.explain(request, cx));
    }
}

/// Explains `decision`, to which `cx` has the facts.
pub(super) fn explain<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    decision: Decision,
) -> Explanation {
    let cx_of_all = cx.traced(Trace::default());
    let mut all = WatchAll { request, cx: cx_of_all, policies: Vec::new() };
    rules.visit(&mut all);
    let runs: Vec<_> = all.policies.iter().map(|it| (it.policy, it.run)).collect();
    let flipped = |at: usize, condition: u32| {
        let cx = cx.traced(Trace::flipping(Some(condition)));
        let mut one = WatchOne { request, cx, at, met: 0, run: Err(Stop::Pending) };
        rules.visit(&mut one);
        one.run
    };
    let changes = all.policies.iter().enumerate().filter_map(|(at, watched)| {
        change(watched, &decision, |condition| {
            let mut runs = runs.clone();
            runs[at].1 = flipped(at, condition);
            outcome(&runs)
        })
    });
    let changes = changes.collect();
    let policies = all.policies.iter().map(|it| policy(it, &decision)).collect();
    Explanation::new(decision, policies, changes)
}

/// What a gate comes to whose policies came to `runs`; `None` if that is not known.
fn outcome(runs: &[(&'static PolicyInfo, Result<bool, Stop>)]) -> Option<Outcome> {
    let mut tally = Tally::default();
    for (policy, run) in runs {
        tally.note(policy, *run);
    }
    tally.outcome()
}

/// The condition of a policy nearest to its end that alone would have decided otherwise.
///
/// Only conditions that are true or false can be thought to come out the other way: of a missing
/// value nobody knows what it would be.
fn change(
    watched: &Watched,
    decision: &Decision,
    otherwise: impl Fn(u32) -> Option<Outcome>,
) -> Option<Change> {
    let conditions = watched.policy.plan.conditions;
    let candidates = watched.met.iter().rev().filter_map(|met| Some((met.condition?, met.value?)));
    for (id, value) in candidates {
        let condition = &conditions[id as usize];
        if condition.kind != ConditionKind::Truth {
            continue;
        }
        let to = match otherwise(id)? {
            Outcome::Allow(_) => "allow",
            Outcome::Deny(_) => "deny",
            Outcome::Indeterminate(_) => "indeterminate",
        };
        if to != decision.as_str() {
            return Some(Change { policy: watched.policy, condition, holds: !value, decision: to });
        }
    }
    None
}

/// A policy of the explanation.
fn policy(watched: &Watched, decision: &Decision) -> PolicyExplanation {
    let Watched { policy, run, met } = watched;
    let outcome = match run {
        Ok(true) | Err(Stop::Returned(true)) => PolicyOutcome::Applies,
        Ok(false) | Err(Stop::Returned(false) | Stop::NotApplicable) => PolicyOutcome::DoesNotApply,
        Err(Stop::Failed) => PolicyOutcome::Indeterminate,
        Err(Stop::Pending) => PolicyOutcome::NotNeeded { because: not_needed(policy, decision) },
    };
    PolicyExplanation::new(policy, outcome, met)
}

/// Why nothing was loaded for a policy.
fn not_needed(policy: &PolicyInfo, decision: &Decision) -> &'static str {
    match (decision, policy.effect) {
        (Decision::Deny { by: Some(_) }, _) => "a forbid applies",
        (Decision::Deny { by: None }, _) => "no permit applies",
        (Decision::Allow { .. }, _) => "a permit applies",
        (Decision::Indeterminate { .. }, Effect::Permit) => "no permit could decide",
        (Decision::Indeterminate { .. }, Effect::Forbid) => "no forbid could decide",
    }
}
