//! The policies of a gate, and the visitors that run, register and count them.

// Inlines all policies of a gate into one function, as handwritten code would be. Measured: 10 % of a page
// check, and most of a local check.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use super::combine::Combiner;
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop};
use crate::plan::{Effect, PolicyInfo};
use crate::policy::{DynPolicy, PolicySet, Rule, Visitor};
use crate::session::Sources;

/// The policies of a gate, static or composed at run time.
pub trait Rules<D: Domain, P: Sources>: Copy + Send + Sync {
    /// Shows each policy to `visitor`, in the gate's order.
    #[doc(hidden)]
    fn visit(self, visitor: &mut impl Visit<D, P>);
}

/// Visits each policy of a gate.
#[doc(hidden)]
pub trait Visit<D: Domain, P: Sources>: Visitor<D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>);
}

/// The policies that a gate's type lists.
pub struct Static<S>(std::marker::PhantomData<fn() -> S>);

impl<S> Static<S> {
    pub(super) const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<S> Clone for Static<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Static<S> {}

impl<D: Domain, P: Sources, S: PolicySet<D, P>> Rules<D, P> for Static<S> {
    #[inline(always)]
    fn visit(self, visitor: &mut impl Visit<D, P>) {
        S::visit(visitor);
    }
}

/// The policies that a [`DynGate`](crate::dynamic::DynGate) was put together from.
pub type DynPolicies<'a, D, P> = &'a [Box<dyn DynPolicy<D, P>>];

impl<D: Domain, P: Sources> Rules<D, P> for DynPolicies<'_, D, P> {
    fn visit(self, visitor: &mut impl Visit<D, P>) {
        for policy in self {
            visitor.erased(&**policy);
        }
    }
}

/// Runs the policies of one effect for one resource, as long as they can change the decision. `FORBIDS` is a
/// const parameter, so that policies of the other effect compile to nothing.
struct PolicyRunner<'r, D: Domain, P: Sources, const FORBIDS: bool> {
    request: &'r Request<'r, D>,
    cx: &'r mut Cx<P>,
    combiner: &'r mut Combiner,
}

impl<D: Domain, P: Sources, const FORBIDS: bool> PolicyRunner<'_, D, P, FORBIDS> {
    #[inline(always)]
    fn policy(
        &mut self,
        info: &'static PolicyInfo,
        evaluate: impl FnOnce(&Request<'_, D>, &mut Cx<P>) -> Result<bool, Stop>,
    ) {
        let is_forbid = matches!(info.effect, Effect::Forbid);
        if is_forbid != FORBIDS || !self.combiner.can_change(info.effect) {
            return;
        }
        let run = if info.plan.loads.is_empty() {
            evaluate(self.request, self.cx)
        } else {
            let met = self.cx.failed.mark();
            let run = evaluate(self.request, self.cx);
            if run != Err(Stop::Failed) {
                self.cx.failed.rewind(met);
            }
            run
        };
        self.combiner.note(info, run);
    }
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visitor<D, P> for PolicyRunner<'_, D, P, FORBIDS> {
    #[inline(always)]
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::INFO, A::evaluate);
    }
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visit<D, P> for PolicyRunner<'_, D, P, FORBIDS> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(policy.info(), |request, cx| policy.evaluate(request, cx));
    }
}

/// Runs the policies for one resource, forbids first; a forbid that applies ends the run.
#[inline(always)]
pub(super) fn run_policies<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
    cx: &mut Cx<P>,
) -> Combiner {
    let mut combiner = Combiner::default();
    cx.failed.clear();
    rules.visit(&mut PolicyRunner::<_, _, true> { request, cx, combiner: &mut combiner });
    if combiner.can_change(Effect::Permit) {
        rules.visit(&mut PolicyRunner::<_, _, false> { request, cx, combiner: &mut combiner });
    }
    combiner
}

/// Registers the loads that one undecided resource needs next.
pub(super) struct Ask<'r, D: Domain, P: Sources> {
    pub(super) request: &'r Request<'r, D>,
    pub(super) cx: &'r mut Cx<P>,
    pub(super) combiner: Combiner,
}

/// Evaluates a policy.
type Evaluate<'a, D, P> = dyn Fn(&Request<'_, D>, &mut Cx<P>) -> Result<bool, Stop> + 'a;

impl<D: Domain, P: Sources> Ask<'_, D, P> {
    /// Takes `dyn` functions, so that it is compiled once and not for each policy: it runs before a load.
    fn policy(
        &mut self,
        info: &'static PolicyInfo,
        evaluate: &Evaluate<'_, D, P>,
        ask: &dyn Fn(&Request<'_, D>, &mut Cx<P>),
    ) {
        if info.plan.loads.is_empty() || !self.combiner.can_change(info.effect) {
            return;
        }
        let stopped = self.cx.registering(|cx| evaluate(self.request, cx)) == Err(Stop::Pending);
        if stopped && info.plan.loads.len() > 1 {
            ask(self.request, self.cx);
        }
    }
}

impl<D: Domain, P: Sources> Visitor<D, P> for Ask<'_, D, P> {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::INFO, &A::evaluate, &A::ask);
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for Ask<'_, D, P> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(policy.info(), &|request, cx| policy.evaluate(request, cx), &|request, cx| {
            policy.ask(request, cx);
        });
    }
}

/// The greatest number of rounds that a policy may need.
struct MostRounds(u32);

impl<D: Domain, P: Sources> Visitor<D, P> for MostRounds {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.0 = self.0.max(A::PLAN.max_rounds());
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for MostRounds {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.0 = self.0.max(policy.info().plan.max_rounds());
    }
}

/// The number of rounds after which every pure policy is decided: each round answers one more of its loads.
pub(super) fn max_rounds<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> u32 {
    let mut most = MostRounds(0);
    rules.visit(&mut most);
    most.0
}

/// Whether a policy reads a fact.
struct Reads(bool);

impl<D: Domain, P: Sources> Visitor<D, P> for Reads {
    #[inline(always)]
    fn rule<A: Rule<D, P>>(&mut self) {
        self.0 |= !A::PLAN.loads.is_empty();
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for Reads {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.0 |= !policy.info().plan.loads.is_empty();
    }
}

/// Whether any policy reads a fact: a constant for a static gate.
#[inline(always)]
pub(super) fn reads_facts<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> bool {
    let mut reads = Reads(false);
    rules.visit(&mut reads);
    reads.0
}

/// Counts policies.
struct Count(usize);

impl<D: Domain, P: Sources> Visitor<D, P> for Count {
    #[inline(always)]
    fn rule<A: Rule<D, P>>(&mut self) {
        self.0 += 1;
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for Count {
    fn erased(&mut self, _: &dyn DynPolicy<D, P>) {
        self.0 += 1;
    }
}

/// The number of policies: a constant for a static gate.
#[inline(always)]
pub(super) fn count<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> usize {
    let mut count = Count(0);
    rules.visit(&mut count);
    count.0
}

/// Combines the policies as if each had failed.
pub(super) struct NotRun(pub(super) Combiner);

impl<D: Domain, P: Sources> Visitor<D, P> for NotRun {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.0.note(A::INFO, Err(Stop::Failed));
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for NotRun {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.0.note(policy.info(), Err(Stop::Failed));
    }
}
