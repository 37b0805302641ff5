//! The policies of a gate, what is known of them beforehand, and the visitors that run and register them.

// Inlines all policies of a gate into one function, as handwritten code would be. Measured: 10 % of a page
// check, and most of a local check.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use super::combine::Combiner;
use crate::domain::Domain;
use crate::eval::{Cx, Request, Stop};
use crate::fact::{Failures, Mark};
use crate::plan::{Effect, Policies, PolicyInfo};
use crate::policy::{DynPolicy, PolicyList, PolicySet, Rule, Visitor};
use crate::session::Sources;

/// The policies of a gate, static or composed at run time.
pub trait Rules<D: Domain, P: Sources>: Copy + Send + Sync {
    /// Shows each policy to `visitor`, in the gate's order.
    #[doc(hidden)]
    fn visit(self, visitor: &mut impl Visit<D, P>);

    /// Gives the description of each policy to `meet`, in the gate's order.
    #[doc(hidden)]
    fn describe(self, meet: &mut MeetInfo<'_>);

    /// The numbers of the policies: a constant for a static gate.
    #[doc(hidden)]
    fn shape(self) -> Shape;

    /// Whether any policy reads a fact: a constant for a static gate.
    #[doc(hidden)]
    fn reads_facts(self) -> bool;
}

/// Receives the descriptions of policies.
pub(super) type MeetInfo<'a> = dyn FnMut(&'static PolicyInfo) + 'a;

/// What the executor needs to know of a gate's policies beforehand.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub(super) policies: usize,
    /// Whether any policy reads a fact.
    pub(super) reads_facts: bool,
    /// The number of rounds after which every pure policy is decided: each round answers one more of its
    /// loads.
    pub(super) max_rounds: u32,
}

impl Shape {
    const NOTHING: Self = Self { policies: 0, reads_facts: false, max_rounds: 0 };

    const fn of(policies: Policies) -> Self {
        match policies {
            Policies::One(policy) => Self::NOTHING.and(policy),
            Policies::Many(sets) => {
                let (mut shape, mut at) = (Self::NOTHING, 0);
                while at < sets.len() {
                    let Self { policies, reads_facts, max_rounds } = Self::of(sets[at]);
                    shape.policies += policies;
                    shape.reads_facts |= reads_facts;
                    shape.max_rounds = max(shape.max_rounds, max_rounds);
                    at += 1;
                }
                shape
            }
        }
    }

    /// With one more policy.
    const fn and(self, policy: &PolicyInfo) -> Self {
        Self {
            policies: self.policies + 1,
            reads_facts: self.reads_facts || !policy.plan.loads.is_empty(),
            max_rounds: max(self.max_rounds, policy.plan.max_rounds()),
        }
    }
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// Gives the description of each policy to `meet`, in order.
fn describe(policies: Policies, meet: &mut MeetInfo<'_>) {
    match policies {
        Policies::One(policy) => meet(policy),
        Policies::Many(sets) => {
            for set in sets {
                describe(*set, meet);
            }
        }
    }
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

impl<S: PolicyList> Static<S> {
    const SHAPE: Shape = Shape::of(S::POLICIES);
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

    fn describe(self, meet: &mut MeetInfo<'_>) {
        describe(S::POLICIES, meet);
    }

    #[inline(always)]
    fn shape(self) -> Shape {
        Self::SHAPE
    }

    #[inline(always)]
    fn reads_facts(self) -> bool {
        Self::SHAPE.reads_facts
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

    fn describe(self, meet: &mut MeetInfo<'_>) {
        for policy in self {
            meet(policy.info());
        }
    }

    fn shape(self) -> Shape {
        self.iter().fold(Shape::NOTHING, |shape, policy| shape.and(policy.info()))
    }

    fn reads_facts(self) -> bool {
        self.iter().any(|policy| !policy.info().plan.loads.is_empty())
    }
}

/// Runs the policies of one effect for one resource, as long as they can change the decision. `FORBIDS` is a
/// const parameter, so that policies of the other effect compile to nothing.
struct PolicyRunner<'r, D: Domain, P: Sources, const FORBIDS: bool> {
    request: &'r Request<'r, D>,
    cx: &'r mut Cx<P>,
    combiner: &'r mut Combiner,
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visitor<D, P> for PolicyRunner<'_, D, P, FORBIDS> {
    #[inline(always)]
    fn rule<A: Rule<D, P>>(&mut self) {
        // A constant: the rest is compiled for one of the two effects.
        if const { is_forbid(A::INFO) != FORBIDS } || !self.combiner.can_change(A::INFO.effect) {
            return;
        }
        let met = self.cx.failed.mark();
        let run = A::evaluate(self.request, self.cx);
        note(self.combiner, &mut self.cx.failed, A::INFO, run, met);
    }
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visit<D, P> for PolicyRunner<'_, D, P, FORBIDS> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        let info = policy.info();
        if is_forbid(info) != FORBIDS || !self.combiner.can_change(info.effect) {
            return;
        }
        let met = self.cx.failed.mark();
        let run = policy.evaluate(self.request, self.cx);
        note(self.combiner, &mut self.cx.failed, info, run, met);
    }
}

const fn is_forbid(policy: &PolicyInfo) -> bool {
    matches!(policy.effect, Effect::Forbid)
}

/// Adds the result of a policy. The failures that it met, which are those since `met`, count only if it failed.
#[inline(always)]
fn note(
    combiner: &mut Combiner,
    failed: &mut Failures,
    policy: &'static PolicyInfo,
    run: Result<bool, Stop>,
    met: Mark,
) {
    if !policy.plan.loads.is_empty() && run != Err(Stop::Failed) {
        failed.rewind(met);
    }
    combiner.note(policy, run);
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
