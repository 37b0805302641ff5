//! Gives each policy of a gate to an observed run.

use super::policies::{Rules, Visit};
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop, Trace};
use crate::plan::PolicyInfo;
use crate::policy::{DynPolicy, Rule, Visitor};
use crate::session::Sources;

/// Evaluates a policy for one resource, observed.
pub(super) type Evaluate<'a, P> = dyn Fn(&mut Cx<P, Trace>) -> Result<bool, Stop> + 'a;

/// Receives policies.
pub(super) type Meet<'a, P> = dyn FnMut(&'static PolicyInfo, &Evaluate<'_, P>) + 'a;

/// Gives each policy of a gate, for one resource.
pub(super) type EachPolicy<'a, P> = dyn Fn(&mut Meet<'_, P>) + 'a;

/// Gives each policy to `meet`, in the gate's order.
pub(super) fn for_each_policy<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
    meet: &mut Meet<'_, P>,
) {
    rules.visit(&mut ForEach { request, meet });
}

struct ForEach<'a, 'm, D: Domain, P: Sources> {
    request: &'a Request<'a, D>,
    meet: &'a mut Meet<'m, P>,
}

impl<D: Domain, P: Sources> Visitor<D, P> for ForEach<'_, '_, D, P> {
    fn rule<A: Rule<D, P>>(&mut self) {
        (self.meet)(A::INFO, &|cx| A::evaluate(self.request, cx));
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for ForEach<'_, '_, D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        (self.meet)(policy.info(), &|cx| policy.explain(self.request, cx));
    }
}
