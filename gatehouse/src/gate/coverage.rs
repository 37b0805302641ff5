//! Notes what a decision has run, for a test run's coverage.

use super::executor::Rules;
use super::explain::values;
use super::replay::run_again;
use crate::domain::Domain;
use crate::eval::{Cx, Event, FactState, Request, Texts};
use crate::plan::Location;
use crate::plan::Plan;
use crate::session::Sources;
use crate::testing::{Ran, note_not_covered, note_ran};

/// Notes what the policies met that have decided, and to which `cx` has the facts.
pub(super) fn cover<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) {
    // What was found is not looked at.
    let Some(ran) = run_again(rules, request, cx, &mut Texts::cut_at(0)) else {
        return note_not_covered("a decision was not recorded: a policy panicked");
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
            && !matches!(fact.state, FactState::Pending)
        {
            let run = std::mem::take(&mut fact.body);
            note(fact.fact, derivation.location, &derivation.plan, run, bodies);
        }
    }
    bodies.push(Ran::new(name, location, plan, values(&events, plan)));
}
