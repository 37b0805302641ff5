//! From combined results to decisions.

// See `policies`.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use super::combine::{Combiner, Outcome};
use super::policies::{MeetInfo, Rules, run_policies};
use crate::decision::{Decision, FailedFacts};
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop};
use crate::fact::Failures;
use crate::plan::PolicyInfo;
use crate::session::Sources;

/// The combined decision, if there is one; `failed` are the failed facts of an indeterminate one, if a policy
/// reads facts. Inlined, because `combiner` would be in memory otherwise.
#[inline(always)]
pub(super) fn to_decision(combiner: &Combiner, failed: Option<&Failures>) -> Option<Decision> {
    Some(match combiner.outcome()? {
        Outcome::Allow(by) => Decision::Allow { by },
        Outcome::Deny(by) => Decision::Deny { by },
        Outcome::Indeterminate(by) => indeterminate(by, failed),
    })
}

#[cold]
fn indeterminate(by: &'static PolicyInfo, failed: Option<&Failures>) -> Decision {
    let failed = failed.map_or_else(|| FailedFacts::new(&Failures::new()), FailedFacts::new);
    Decision::Indeterminate { by, failed }
}

/// The decision at the end of an evaluation. Every resource is decided by then; should one not be, it is denied
/// (fail closed).
#[inline]
pub(super) fn or_deny(decision: Option<Decision>) -> Decision {
    decision.unwrap_or(Decision::Deny { by: None })
}

/// The decision about a resource whose policies are not run: the one that they would have if each had failed. A
/// gate without permits denies. `describe` gives the description of each policy.
#[cold]
pub(super) fn not_run(describe: &dyn Fn(&mut MeetInfo<'_>)) -> Decision {
    let mut combiner = Combiner::default();
    describe(&mut |policy| combiner.note(policy, Err(Stop::Failed)));
    let failed = match combiner.outcome() {
        Some(Outcome::Indeterminate(by)) => Failures::not_run(by.name),
        _ => Failures::new(),
    };
    or_deny(to_decision(&combiner, Some(&failed)))
}

/// Decides without loading anything: for gates whose policies load nothing.
#[inline(always)]
pub(super) fn decide_local<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
) -> Decision {
    let mut cx = Cx::new(None);
    let combiner = run_policies(rules, request, &mut cx);
    // A gate without loads leaves nothing pending.
    let decision = or_deny(to_decision(&combiner, None));
    // `cx` is empty as well; `forget` skips a drop check that would cost as much as the rules.
    std::mem::forget(cx);
    decision
}
