//! The observed runs of the policies of a gate.

use crate::domain::Domain;
use crate::eval::{Cx, Event, Request, Stop, Trace};
use crate::gate::policies::Rules;
use crate::gate::traced::for_each_policy;
use crate::plan::PolicyInfo;
use crate::session::Sources;
use crate::unwind::{catch, drop_quietly};

/// The observed run of one policy.
pub(super) struct ObservedPolicy {
    pub(super) policy: &'static PolicyInfo,
    /// `None` if it panicked.
    pub(super) run: Option<Result<bool, Stop>>,
    pub(super) events: Vec<Event>,
}

/// Runs each policy, needed or not, and loads nothing for it.
///
/// A policy that the decision did not need may panic, though the check did not. Then it has no result, and
/// the state that it left behind is dropped before the next policy.
pub(super) fn observe_all<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
    cx: &Cx<P>,
) -> Vec<ObservedPolicy> {
    let (mut trace, mut observed) = (Trace::default(), Vec::new());
    for_each_policy(rules, |policy, evaluate| {
        let mut cx = cx.traced(std::mem::take(&mut trace));
        cx.trace().begin();
        let run = catch(|| evaluate(request, &mut cx));
        let events = cx.trace().end();
        trace = std::mem::take(cx.trace());
        // It holds values of derived facts, whose destructors are the user's.
        drop_quietly(cx);
        observed.push(ObservedPolicy { policy, run, events });
    });
    observed
}
