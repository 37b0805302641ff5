//! Gives each policy of a gate to an observed run.

use super::policies::{Rules, Visit};
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop, Trace};
use crate::plan::PolicyInfo;
use crate::policy::{DynPolicy, Rule, Visitor};
use crate::session::Sources;

/// Evaluates a policy, observed.
pub(super) type Evaluate<'a, D, P> =
    dyn Fn(&Request<'_, D>, &mut Cx<P, Trace>) -> Result<bool, Stop> + 'a;

/// Gives each policy to `meet`, in the gate's order.
pub(super) fn for_each_policy<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    meet: impl FnMut(&'static PolicyInfo, &Evaluate<'_, D, P>),
) {
    rules.visit(&mut ForEach(meet));
}

struct ForEach<F>(F);

impl<D, P, F> Visitor<D, P> for ForEach<F>
where
    D: Domain,
    P: Sources,
    F: FnMut(&'static PolicyInfo, &Evaluate<'_, D, P>),
{
    fn rule<A: Rule<D, P>>(&mut self) {
        (self.0)(A::INFO, &A::evaluate::<Trace>);
    }
}

impl<D, P, F> Visit<D, P> for ForEach<F>
where
    D: Domain,
    P: Sources,
    F: FnMut(&'static PolicyInfo, &Evaluate<'_, D, P>),
{
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        (self.0)(policy.info(), &|request, cx| policy.explain(request, cx));
    }
}
