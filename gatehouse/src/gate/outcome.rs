//! From combined results to decisions.

use super::combine::{Combiner, Outcome};
use super::policies::{NotRun, Rules, run_policies};
use crate::decision::{Decision, FailedFacts};
use crate::domain::Domain;
use crate::eval::{Cx, Request};
use crate::fact::Failures;
use crate::plan::PolicyInfo;
use crate::session::Sources;

/// The combined decision, if there is one; `failed` gives the failed facts of an indeterminate one.
#[inline]
pub(super) fn to_decision(
    combiner: &Combiner,
    failed: impl FnOnce(&'static PolicyInfo) -> FailedFacts,
) -> Option<Decision> {
    Some(match combiner.outcome()? {
        Outcome::Allow(by) => Decision::Allow { by },
        Outcome::Deny(by) => Decision::Deny { by },
        Outcome::Indeterminate(by) => Decision::Indeterminate { by, failed: failed(by) },
    })
}

/// The decision at the end of an evaluation. Every resource is decided by then; should one not be, it is denied
/// (fail closed).
#[inline]
pub(super) fn or_deny(decision: Option<Decision>) -> Decision {
    decision.unwrap_or(Decision::Deny { by: None })
}

/// The decision about a resource whose policies are not run: the one that they would have if each had failed. A
/// gate without permits denies.
#[cold]
pub(super) fn not_run<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> Decision {
    let mut each = NotRun(Combiner::default());
    rules.visit(&mut each);
    or_deny(to_decision(&each.0, |by| FailedFacts::new(&Failures::not_run(by.name))))
}

/// Decides without loading anything: for gates whose policies load nothing.
#[inline]
pub(super) fn decide_local<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
) -> Decision {
    let mut cx = Cx::new(None);
    let combiner = run_policies(rules, request, &mut cx);
    // A gate without loads leaves nothing pending.
    let decision = or_deny(to_decision(&combiner, |_| FailedFacts::new(&Failures::new())));
    // `cx` is empty as well; `forget` skips a drop check that would cost as much as the rules.
    std::mem::forget(cx);
    decision
}
