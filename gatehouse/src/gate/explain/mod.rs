//! Explanations: made from observed runs of a gate's policies.
//!
//! - `observed`: the runs; `conditions`: what a run reported, as conditions with their facts;
//! - `counterfactual`: the conditions that would have changed the decision.

mod conditions;
mod counterfactual;
mod observed;

pub(super) use self::conditions::fact_alone;
#[cfg(feature = "testing")]
pub(super) use self::conditions::values;
use self::counterfactual::{counterfactual, occurrences};
use self::observed::{ObservedPolicy, observe_all};
use super::traced::EachPolicy;
use crate::decision::Decision;
use crate::eval::{Cx, Stop};
use crate::explanation::{Explanation, PolicyExplanation, PolicyOutcome};
use crate::session::Sources;

/// Explains `decision`, whose facts are in `cx`.
pub(super) fn explain<P: Sources>(
    each: &EachPolicy<'_, P>,
    cx: &Cx<P>,
    decision: Decision,
) -> Explanation {
    explanation(&observe_all(each, cx), decision)
}

fn explanation(observed: &[ObservedPolicy], decision: Decision) -> Explanation {
    let occurrences = occurrences(observed);
    let find = |at| counterfactual(observed, &occurrences, at, &decision);
    let counterfactuals = (0..observed.len()).filter_map(find).collect();
    let policies = observed.iter().map(|it| policy(it, &decision)).collect();
    Explanation::new(decision, policies, counterfactuals)
}

/// A policy of the explanation.
fn policy(observed: &ObservedPolicy, decision: &Decision) -> PolicyExplanation {
    let ObservedPolicy { policy, run, events } = observed;
    let outcome = match run {
        Some(Ok(true) | Err(Stop::Returned(true))) => PolicyOutcome::Applies,
        Some(Ok(false) | Err(Stop::Returned(false) | Stop::NotApplicable)) => {
            PolicyOutcome::DoesNotApply
        }
        Some(Err(Stop::Failed)) => PolicyOutcome::Indeterminate,
        Some(Err(Stop::Pending)) | None => {
            PolicyOutcome::NotNeeded { because: not_needed(decision) }
        }
    };
    PolicyExplanation { policy, outcome, conditions: conditions::conditions(events, &policy.plan) }
}

/// The reason why nothing was loaded for a policy.
fn not_needed(decision: &Decision) -> &'static str {
    match decision {
        Decision::Deny { by: Some(_) } => "a forbid applies",
        Decision::Deny { by: None } => "no permit applies",
        Decision::Allow { .. } => "a permit applies",
        Decision::Indeterminate { .. } => "it could not have decided",
    }
}
