//! The decision table: combines the results of the policies into a decision.

use crate::eval::Stop;
use crate::plan::{Effect, PolicyInfo};

/// The results of the policies of one effect, for one resource.
#[derive(Clone, Copy, Debug, Default)]
struct EffectState {
    /// The first that applies.
    applies: Option<&'static PolicyInfo>,
    /// The first that is indeterminate.
    indeterminate: Option<&'static PolicyInfo>,
    /// The first that is pending.
    pending: Option<&'static PolicyInfo>,
}

/// The results of all policies, for one resource.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Combiner {
    forbids: EffectState,
    permits: EffectState,
}

/// A decision, without the reasons of an indeterminate one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Allow(&'static PolicyInfo),
    Deny(Option<&'static PolicyInfo>),
    Indeterminate(&'static PolicyInfo),
}

impl Combiner {
    /// Adds the result of a policy.
    #[inline]
    pub(super) fn note(&mut self, policy: &'static PolicyInfo, run: Result<bool, Stop>) {
        let state = match policy.effect {
            Effect::Forbid => &mut self.forbids,
            Effect::Permit => &mut self.permits,
        };
        let first = match run {
            Ok(true) | Err(Stop::Returned(true)) => &mut state.applies,
            Ok(false) | Err(Stop::Returned(false) | Stop::NotApplicable) => return,
            Err(Stop::Pending) => &mut state.pending,
            Err(Stop::Failed) => &mut state.indeterminate,
        };
        first.get_or_insert(policy);
    }

    /// Whether another policy of `effect` could still change the decision.
    #[inline]
    pub(super) fn can_change(&self, effect: Effect) -> bool {
        if self.forbids.applies.is_some() {
            return false;
        }
        match effect {
            Effect::Forbid => true,
            // One permit is as good as many. And two unknowns, one on each side, stay
            // indeterminate whatever the other permits say.
            Effect::Permit => {
                self.permits.applies.is_none()
                    && !(self.forbids.indeterminate.is_some()
                        && self.permits.indeterminate.is_some())
            }
        }
    }

    /// The decision, once nothing that is pending can change it. The rows are those of the table
    /// in the crate's documentation, in its order.
    #[inline]
    pub(super) fn outcome(&self) -> Option<Outcome> {
        let Self { forbids, permits } = self;
        if let Some(forbid) = forbids.applies {
            return Some(Outcome::Deny(Some(forbid)));
        }
        let waits_for_permit = permits.pending.is_some() && self.can_change(Effect::Permit);
        if permits.applies.or(permits.indeterminate).or(permits.pending).is_none() {
            return Some(Outcome::Deny(None));
        }
        if forbids.pending.is_some() || waits_for_permit {
            return None;
        }
        if let Some(forbid) = forbids.indeterminate {
            return Some(Outcome::Indeterminate(forbid));
        }
        match (permits.applies, permits.indeterminate) {
            (Some(permit), _) => Some(Outcome::Allow(permit)),
            (None, Some(permit)) => Some(Outcome::Indeterminate(permit)),
            (None, None) => Some(Outcome::Deny(None)),
        }
    }
}
