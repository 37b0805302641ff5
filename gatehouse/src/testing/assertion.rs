//! The functions that the macros of the kit call. Not for users.

use std::any::TypeId;
use std::borrow::Borrow;
use std::fmt;

use super::measure::{CountsLoads, Listed, sizes};
use super::report::report;
use crate::decision::Decision;
use crate::domain::Domain;
use crate::fact::FactKey;
use crate::gate::{Bound, Rules, SuppliesContext};
use crate::observe::counts::{Load, Spent};
use crate::plan::PolicyInfo;
use crate::policy::Policy;
use crate::session::Sources;

/// The expectation of a test.
#[derive(Clone, Copy)]
pub struct Expected {
    outcome: Outcome,
    by: Option<By>,
    failed: Option<&'static str>,
}

/// One of the three outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Allow,
    Deny,
    Indeterminate,
}

/// Who decides.
#[derive(Clone, Copy)]
enum By {
    NoPermit,
    Policy(&'static PolicyInfo),
}

impl Outcome {
    /// The outcome of a decision.
    pub(super) fn of(decision: &Decision) -> Self {
        match decision {
            Decision::Allow { .. } => Self::Allow,
            Decision::Deny { .. } => Self::Deny,
            Decision::Indeterminate { .. } => Self::Indeterminate,
        }
    }

    /// As in a grid.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Allow => 'A',
            Self::Deny => 'D',
            Self::Indeterminate => 'I',
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Indeterminate => "indeterminate",
        })
    }
}

impl Expected {
    pub const ALLOW: Self = Self::outcome(Outcome::Allow);
    pub const DENY: Self = Self::outcome(Outcome::Deny);
    pub const INDETERMINATE: Self = Self::outcome(Outcome::Indeterminate);

    const fn outcome(outcome: Outcome) -> Self {
        Self { outcome, by: None, failed: None }
    }

    /// Decided by the policy `A`, or because `A` could not be.
    #[must_use]
    pub const fn by<A: Policy>(self) -> Self {
        Self { by: Some(By::Policy(A::INFO)), ..self }
    }

    /// Denied because no permit applies.
    #[must_use]
    pub const fn by_no_permit(self) -> Self {
        Self { by: Some(By::NoPermit), ..self }
    }

    /// Because the fact `K` failed to load.
    #[must_use]
    pub const fn failed<K: FactKey>(self) -> Self {
        Self { failed: Some(K::NAME), ..self }
    }

    fn is_met_by(self, decision: &Decision) -> bool {
        let by = match self.by {
            None => true,
            Some(By::NoPermit) => decision.by().is_none(),
            Some(By::Policy(policy)) => decision.by() == Some(policy),
        };
        let failed = match (self.failed, decision) {
            (None, _) => true,
            (Some(fact), Decision::Indeterminate { failed, .. }) => {
                failed.iter().any(|failed| failed.fact == fact)
            }
            (Some(_), _) => false,
        };
        self.outcome == Outcome::of(decision) && by && failed
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outcome.fmt(f)?;
        match self.by {
            None => {}
            Some(By::NoPermit) => f.write_str(", because no permit applies")?,
            Some(By::Policy(policy)) => write!(f, ", by `{policy}`")?,
        }
        match self.failed {
            None => Ok(()),
            Some(fact) => write!(f, ", because `{fact}` failed"),
        }
    }
}

/// Why an assertion does not hold, if it does not.
#[must_use = "an assertion that nobody looks at asserts nothing"]
pub struct Verdict(Result<(), String>);

impl Verdict {
    /// # Panics
    /// If the assertion does not hold.
    #[track_caller]
    pub fn or_panic(self) {
        if let Err(why) = self.0 {
            panic!("{why}");
        }
    }
}

/// The argument of `assert_allow!(decision)`: a decision, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision",
    label = "expected a `Decision`, or a bound gate and a resource",
    note = "of a bound gate, name the resource too, `(access, resource)`, or ask it, `(access.check(&resource).await)`"
)]
pub trait IsDecision: Borrow<Decision> {}

#[diagnostic::do_not_recommend]
impl<T: Borrow<Decision>> IsDecision for T {}

/// Whether a decision is as expected.
pub fn decided(decision: impl IsDecision, expected: Expected) -> Verdict {
    let decision = decision.borrow();
    if expected.is_met_by(decision) {
        return Verdict(Ok(()));
    }
    Verdict(Err(format!("expected: {expected}\ndecision: {decision}\n")))
}

/// Whether a gate decides as expected.
pub async fn asked<D, P, R, C>(
    access: &Bound<'_, D, P, R, C>,
    resource: &D::Resource,
    expected: Expected,
) -> Verdict
where
    D: Domain,
    P: Sources,
    R: Rules<D, P>,
    C: SuppliesContext<D::Context>,
{
    if expected.is_met_by(&access.check(resource).await) {
        return Verdict(Ok(()));
    }
    Verdict(Err(format!("expected: {expected}\n{}", report(access, resource).await)))
}

/// Whether the evaluations took so many rounds.
pub fn rounds(spent: &Spent, expected: usize) -> Verdict {
    let rounds = spent.rounds();
    if rounds == expected {
        return Verdict(Ok(()));
    }
    let (each, loads) = (spent.rounds_of_each(), spent.loads());
    let loads = Listed(&loads);
    Verdict(Err(format!(
        "expected rounds: {expected}\n  actual rounds: {rounds} (of each evaluation: {each:?})\n          loads: {loads}\n"
    )))
}

/// The calls that a test expects for one fact.
pub struct ExpectedLoads<'s> {
    fact: TypeId,
    name: &'static str,
    sizes: &'s [usize],
}

impl<'s> ExpectedLoads<'s> {
    /// One call for each size, with so many keys of the fact `K`.
    pub fn of<K: FactKey>(sizes: &'s [usize]) -> Self {
        Self { fact: TypeId::of::<K>(), name: K::NAME, sizes }
    }
}

/// Whether these calls were made, and no others.
pub fn loads(counted: &impl CountsLoads, expected: &[ExpectedLoads<'_>]) -> Verdict {
    let loads = counted.loads();
    let is_expected = |load: &Load| expected.iter().any(|fact| fact.fact == load.fact);
    let all_there = expected.iter().all(|fact| sizes(&loads, fact.fact) == fact.sizes);
    if all_there && loads.iter().all(is_expected) {
        return Verdict(Ok(()));
    }
    let expected: Vec<String> =
        expected.iter().map(|fact| format!("{} = {:?}", fact.name, fact.sizes)).collect();
    let expected = if expected.is_empty() { "nothing".to_owned() } else { expected.join(", ") };
    let loads = Listed(&loads);
    Verdict(Err(format!(
        "expected loads: {expected}\n  actual loads: {loads}\n(of each fact, the keys of each call)\n"
    )))
}
