//! The observed runs of the policies of a gate.

use crate::eval::{Cx, Event, Stop, Trace};
use crate::gate::traced::EachPolicy;
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
pub(super) fn observe_all<P: Sources>(each: &EachPolicy<'_, P>, cx: &Cx<P>) -> Vec<ObservedPolicy> {
    let (mut trace, mut observed) = (Trace::default(), Vec::new());
    each(&mut |policy, evaluate| {
        let mut cx = cx.traced(std::mem::take(&mut trace));
        cx.trace().begin();
        let run = catch(|| evaluate(&mut cx));
        let events = cx.trace().end();
        trace = std::mem::take(cx.trace());
        // It holds values of derived facts, whose destructors are the user's.
        drop_quietly(cx);
        observed.push(ObservedPolicy { policy, run, events });
    });
    observed
}
