//! Runs what has decided once more before a watcher's eyes: for the facts of a record, and for the
//! coverage of a test run.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::executor::{Rules, Visit};
use super::tally::Tally;
use crate::explanation::{ConsultedFact, FactRead};
use crate::policy::{Domain, DynPolicy, Effect, PolicyInfo, Rule, Visitor};
use crate::private::{Cx, Event, Request, Seen, Stop, Trace};
use crate::source::Sources;

/// What the policies did that decided, in the executor's order.
pub(super) type Ran = Vec<(&'static PolicyInfo, Vec<Event>)>;

/// Runs the policies that the executor has run for a decision, and no others: one that it has not
/// may panic, and a check must not do so because somebody looks on.
struct RunAgain<'r, D: Domain, P: Sources> {
    request: &'r Request<'r, D>,
    cx: &'r Cx<P>,
    tally: Tally,
    effect: Effect,
    ran: Ran,
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
        // Each with a trace of its own: what a derived fact was computed from is told to each.
        let mut cx = self.cx.traced(Trace::default());
        cx.trace().begin();
        let run = evaluate(self.request, &mut cx);
        self.tally.note(policy, run);
        self.ran.push((policy, cx.trace().end()));
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

/// What the policies did that decided, to which `cx` has the facts; `None` if user code panics, which
/// it has not before.
pub(super) fn run_again<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) -> Option<Ran> {
    let run = || {
        let (tally, effect) = (Tally::default(), Effect::Forbid);
        let mut again = RunAgain { request, cx, tally, effect, ran: Vec::new() };
        rules.visit(&mut again);
        again.effect = Effect::Permit;
        rules.visit(&mut again);
        again.ran
    };
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// The facts that were read for a decision, each once for each policy, in the order in which they were
/// read; those that a derived fact was computed from come after it.
pub(super) fn consulted<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) -> Vec<ConsultedFact> {
    let mut facts = Vec::new();
    for (policy, events) in run_again(rules, request, cx).unwrap_or_default() {
        collect(policy, &events, &mut HashSet::new(), &mut facts);
    }
    facts
}

fn collect(
    policy: &'static PolicyInfo,
    events: &[Event],
    known: &mut HashSet<usize>,
    facts: &mut Vec<ConsultedFact>,
) {
    for event in events {
        let Event::Fact { fact, .. } = event else { continue };
        if !matches!(fact.seen, Seen::Pending) && known.insert(fact.id) {
            facts.push(ConsultedFact { policy, read: FactRead::alone(fact) });
        }
        collect(policy, &fact.run, known, facts);
    }
}
