//! Runs what has decided once more before a watcher's eyes, so that a test run's coverage is known.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::executor::{Rules, Visit};
use super::tally::Tally;
use crate::explanation::values;
use crate::plan::Plan;
use crate::policy::{Domain, DynPolicy, Effect, Location, PolicyInfo, Rule, Visitor};
use crate::private::{Cx, Event, Request, Seen, Stop, Trace};
use crate::source::Sources;
use crate::testing::{Ran, note_not_covered, note_ran};

/// Runs the policies that the executor has run for a decision, and no others: one that it has not
/// may panic, and a check must not do so because somebody looks on.
struct RunAgain<'r, D: Domain, P: Sources> {
    request: &'r Request<'r, D>,
    cx: Cx<P, Trace>,
    tally: Tally,
    effect: Effect,
    ran: Vec<(&'static PolicyInfo, Vec<Event>)>,
}

impl<D: Domain, P: Sources> RunAgain<'_, D, P> {
    fn policy(
        &mut self,
        policy: &'static PolicyInfo,
        evaluate: impl FnOnce(&Request<'_, D>, &mut Cx<P, Trace>) -> Result<bool, Stop>,
    ) {
        if policy.effect != self.effect || !self.tally.matters(self.effect) {
            return;
        }
        self.cx.trace().begin();
        self.cx.failed.clear();
        let run = evaluate(self.request, &mut self.cx);
        self.tally.note(policy, run);
        self.ran.push((policy, self.cx.trace().end()));
    }
}

impl<D: Domain, P: Sources> Visitor<D, P> for RunAgain<'_, D, P> {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::INFO, A::evaluate);
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for RunAgain<'_, D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(policy.info(), |request, cx| policy.explain(request, cx));
    }
}

/// Notes what the policies met that have decided, and to which `cx` has the facts.
pub(super) fn cover<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) {
    // What a trace shows, the user's `Debug` writes: it may panic, where the decision did not.
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let (cx, tally) = (cx.traced(Trace::default()), Tally::default());
        let mut again = RunAgain { request, cx, tally, effect: Effect::Forbid, ran: Vec::new() };
        rules.visit(&mut again);
        again.effect = Effect::Permit;
        rules.visit(&mut again);
        again.ran
    }));
    let Ok(ran) = ran else {
        return note_not_covered("a decision was not recorded: a policy or a `Debug` panicked");
    };
    let mut bodies = Vec::new();
    for (policy, events) in ran {
        note(policy.name, policy.location, &policy.plan, events, &mut bodies);
    }
    note_ran(&bodies);
}

/// Adds a run of a body to `bodies`, and those of the derived facts that it read.
fn note(
    name: &'static str,
    location: Location,
    plan: &Plan,
    mut events: Vec<Event>,
    bodies: &mut Vec<Ran>,
) {
    for event in &mut events {
        if let Event::Fact { fact, .. } = event
            && let Some(derivation) = fact.derivation
            && !matches!(fact.seen, Seen::Pending)
        {
            let run = std::mem::take(&mut fact.run);
            note(fact.fact, derivation.location, &derivation.plan, run, bodies);
        }
    }
    bodies.push(Ran::new(name, location, plan, values(&events, plan)));
}
