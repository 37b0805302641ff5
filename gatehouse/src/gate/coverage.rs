//! Records the coverage of a decision.

use super::explain::values;
use super::replay::replay;
use super::traced::EachPolicy;
use crate::eval::{Cx, Event, FactState, Texts};
use crate::observe::coverage::{Ran, note_not_covered, note_ran};
use crate::plan::Location;
use crate::plan::Plan;
use crate::session::Sources;

/// Records the conditions that were met by the policies that took part in a decision; `cx` has its facts.
pub(super) fn record_coverage<P: Sources>(each: &EachPolicy<'_, P>, cx: &Cx<P>) {
    // The texts of keys and values are not needed.
    let Some(ran) = replay(each, cx, &mut Texts::cut_at(0)) else {
        return note_not_covered("a decision was not recorded: a policy panicked");
    };
    let mut bodies = Vec::new();
    for (policy, events) in ran {
        note(policy.name, policy.location, &policy.plan, events, &mut bodies);
    }
    note_ran(&bodies);
}

/// Adds a run of a body to `bodies`, and the runs of the derived facts that it read.
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
