//! Runs the policies of a gate before a watcher's eyes, and works out what would decide otherwise.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::decision::Decision;
use super::executor::{Rules, Visit};
use super::tally::{Outcome, Tally};
use crate::explanation::{Change, ConsultedFact, Explanation, PolicyExplanation, PolicyOutcome};
use crate::plan::ConditionKind;
use crate::policy::{Domain, DynPolicy, PolicyInfo, Rule, Visitor};
use crate::private::{Cx, Event, Request, Stop, Trace};
use crate::source::Sources;

/// One policy's run.
struct Watched {
    policy: &'static PolicyInfo,
    run: Result<bool, Stop>,
    events: Vec<Event>,
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
        let run = caught(|| evaluate(self.request, &mut self.cx));
        let events = self.cx.trace().end();
        self.policies.push(Watched { policy, run, events });
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
            self.run = caught(|| evaluate(self.request, &mut self.cx));
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

/// Runs a policy that the decision did not need, or in a case that is not: it may panic, though the
/// check did not, and then nothing is known of it.
fn caught(run: impl FnOnce() -> Result<bool, Stop>) -> Result<bool, Stop> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Stop::Pending))
}

/// The facts that `decision` depends on.
pub(super) fn consulted<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    decision: &Decision,
) -> Vec<ConsultedFact> {
    let policies = watched(rules, request, cx);
    let policies = policies.iter().map(|it| policy(it, decision)).collect();
    Explanation::new(decision.clone(), policies, Vec::new()).consulted()
}

/// Runs all policies before a watcher's eyes.
fn watched<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) -> Vec<Watched> {
    let mut all = WatchAll { request, cx: cx.traced(Trace::default()), policies: Vec::new() };
    rules.visit(&mut all);
    all.policies
}

/// Explains `decision`, to which `cx` has the facts.
pub(super) fn explain<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    decision: Decision,
) -> Explanation {
    let watched = watched(rules, request, cx);
    let runs: Vec<_> = watched.iter().map(|it| (it.policy, it.run)).collect();
    let flipped = |at: usize, condition: u32| {
        let cx = cx.traced(Trace::flipping(condition));
        let mut one = WatchOne { request, cx, at, met: 0, run: Err(Stop::Pending) };
        rules.visit(&mut one);
        one.run
    };
    let changes = watched.iter().enumerate().filter_map(|(at, watched)| {
        change(watched, &decision, |condition| {
            let mut runs = runs.clone();
            runs[at].1 = flipped(at, condition);
            outcome(&runs)
        })
    });
    let changes = changes.collect();
    let policies = watched.iter().map(|it| policy(it, &decision)).collect();
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
/// value nobody knows what it would be. Nor those of a body that loops, which might not end.
fn change(
    watched: &Watched,
    decision: &Decision,
    otherwise: impl Fn(u32) -> Option<Outcome>,
) -> Option<Change> {
    let Watched { policy, events, .. } = watched;
    if policy.plan.loops {
        return None;
    }
    events.iter().rev().find_map(|event| {
        let Event::Met { condition: id, value } = event else { return None };
        let condition = &policy.plan.conditions[*id as usize];
        if condition.kind != ConditionKind::Truth {
            return None;
        }
        let to = match otherwise(*id)? {
            Outcome::Allow(_) => "allow",
            Outcome::Deny(_) => "deny",
            Outcome::Indeterminate(_) => return None,
        };
        (to != decision.as_str()).then(|| Change { policy, condition, holds: !value, decision: to })
    })
}

/// A policy of the explanation.
fn policy(watched: &Watched, decision: &Decision) -> PolicyExplanation {
    let Watched { policy, run, events } = watched;
    let outcome = match run {
        Ok(true) | Err(Stop::Returned(true)) => PolicyOutcome::Applies,
        Ok(false) | Err(Stop::Returned(false) | Stop::NotApplicable) => PolicyOutcome::DoesNotApply,
        Err(Stop::Failed) => PolicyOutcome::Indeterminate,
        Err(Stop::Pending) => PolicyOutcome::NotNeeded { because: not_needed(decision) },
    };
    PolicyExplanation::new(policy, outcome, events)
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
