//! Runs the policies of a gate over resources until each is decided, a round trip at a time.
//!
//! A pass runs every policy that matters for every undecided resource, from the start. If some stay
//! undecided, the pass asks for every fact that they could use next, waits until all have answered,
//! and runs them again: facts never change, so each run takes the same path and gets further. What
//! waits for one derived fact alone, which still waits itself, would not, and is not run.

// Between the rules of a gate nothing is to be saved and called: all of them together come to what
// somebody would write by hand. Counted, it is a tenth of a page, and most of a local check.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use super::again::consulted;
#[cfg(feature = "testing")]
use super::cover::cover;
use super::decision::{Decision, FailedFacts};
use super::explain::explain;
use super::tally::{Outcome, Tally};
use super::watch::{Asked, Watch, is_watched};
use crate::explanation::{ConsultedFact, Explanation};
use crate::fact::FactError;
use crate::policy::{Domain, DynPolicy, Effect, PolicyInfo, PolicySet, Rule, Visitor};
use crate::private::{Cx, Request, Stop};
use crate::session::Session;
use crate::source::Sources;

/// Resources between two chances for the runtime to run something else.
const RESOURCES_PER_YIELD: usize = 2048;

/// The policies of a gate, static or composed at run time.
pub trait Rules<D: Domain, P: Sources>: Copy + Send + Sync {
    /// Shows each policy to `visitor`, in the gate's order.
    #[doc(hidden)]
    fn visit(self, visitor: &mut impl Visit<D, P>);
}

/// Meets each policy of a gate.
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

/// The policies that a [`DynGate`](crate::DynGate) was put together from.
pub type DynPolicies<'a, D, P> = &'a [Box<dyn DynPolicy<D, P>>];

impl<D: Domain, P: Sources> Rules<D, P> for DynPolicies<'_, D, P> {
    fn visit(self, visitor: &mut impl Visit<D, P>) {
        for policy in self {
            visitor.erased(&**policy);
        }
    }
}

/// Runs the policies of one effect for one resource, as long as they matter. The effect is a constant,
/// so that of each policy nothing is left in the run which it has no part in.
struct Run<'r, D: Domain, P: Sources, const FORBIDS: bool> {
    request: &'r Request<'r, D>,
    cx: &'r mut Cx<P>,
    tally: &'r mut Tally,
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Run<'_, D, P, FORBIDS> {
    #[inline(always)]
    fn policy(
        &mut self,
        info: &'static PolicyInfo,
        evaluate: impl FnOnce(&Request<'_, D>, &mut Cx<P>) -> Result<bool, Stop>,
    ) {
        let is_forbid = matches!(info.effect, Effect::Forbid);
        if is_forbid != FORBIDS || !self.tally.matters(info.effect) {
            return;
        }
        let met = self.cx.failed.mark();
        let run = evaluate(self.request, self.cx);
        if run != Err(Stop::Failed) {
            self.cx.failed.rewind(met);
        }
        self.tally.note(info, run);
    }
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visitor<D, P> for Run<'_, D, P, FORBIDS> {
    #[inline(always)]
    fn rule<A: Rule<D, P>>(&mut self) {
        self.policy(A::INFO, A::evaluate);
    }
}

impl<D: Domain, P: Sources, const FORBIDS: bool> Visit<D, P> for Run<'_, D, P, FORBIDS> {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.policy(policy.info(), |request, cx| policy.evaluate(request, cx));
    }
}

/// Runs all policies for one resource, forbids first: one that applies ends it.
#[inline(always)]
fn read<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
    cx: &mut Cx<P>,
) -> Tally {
    let mut tally = Tally::default();
    cx.failed.clear();
    rules.visit(&mut Run::<_, _, true> { request, cx, tally: &mut tally });
    if tally.matters(Effect::Permit) {
        rules.visit(&mut Run::<_, _, false> { request, cx, tally: &mut tally });
    }
    tally
}

/// Asks for the facts of one undecided resource.
struct Ask<'r, D: Domain, P: Sources> {
    request: &'r Request<'r, D>,
    cx: &'r mut Cx<P>,
    tally: Tally,
}

/// Runs a policy.
type Evaluate<'a, D, P> = dyn Fn(&Request<'_, D>, &mut Cx<P>) -> Result<bool, Stop> + 'a;

impl<D: Domain, P: Sources> Ask<'_, D, P> {
    /// Compiled once, and not for each policy: it runs before a load.
    fn policy(
        &mut self,
        info: &'static PolicyInfo,
        evaluate: &Evaluate<'_, D, P>,
        ask: &dyn Fn(&Request<'_, D>, &mut Cx<P>),
    ) {
        if info.plan.loads.is_empty() || !self.tally.matters(info.effect) {
            return;
        }
        let stopped = self.cx.asking(|cx| evaluate(self.request, cx)) == Err(Stop::Pending);
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

/// The rounds of the policy that may need most of them.
struct MostRounds(u32);

impl<D: Domain, P: Sources> Visitor<D, P> for MostRounds {
    fn rule<A: Rule<D, P>>(&mut self) {
        self.0 = self.0.max(A::PLAN.most_rounds());
    }
}

impl<D: Domain, P: Sources> Visit<D, P> for MostRounds {
    fn erased(&mut self, policy: &dyn DynPolicy<D, P>) {
        self.0 = self.0.max(policy.info().plan.most_rounds());
    }
}

/// A pure policy has one more load behind it after each round, so this many rounds are enough.
fn most_rounds<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> u32 {
    let mut most = MostRounds(0);
    rules.visit(&mut most);
    most.0
}

/// Whether a policy was met that reads a fact.
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

/// Whether any policy reads a fact. Of a static gate it is known when it is compiled.
#[inline(always)]
pub(super) fn reads_facts<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> bool {
    let mut reads = Reads(false);
    rules.visit(&mut reads);
    reads.0
}

/// The decision that a tally comes to, if it comes to one.
#[inline]
fn decision<P: Sources>(tally: &Tally, cx: &Cx<P>) -> Option<Decision> {
    Some(match tally.outcome()? {
        Outcome::Allow(by) => Decision::Allow { by },
        Outcome::Deny(by) => Decision::Deny { by },
        Outcome::Indeterminate(by) => {
            Decision::Indeterminate { by, failed: FailedFacts::new(&cx.failed) }
        }
    })
}

/// The decision, once an evaluation is over. It leaves none open; were it otherwise, nobody gets in.
#[inline]
pub(super) fn decided(decision: Option<Decision>) -> Decision {
    decision.unwrap_or(Decision::Deny { by: None })
}

/// Decides without asking for anything: for gates that load nothing.
#[inline]
pub(super) fn decide_local<D: Domain, P: Sources>(
    rules: impl Rules<D, P>,
    request: &Request<'_, D>,
) -> Decision {
    let mut cx = Cx::new(None);
    let tally = read(rules, request, &mut cx);
    // A gate without loads leaves nothing pending.
    let decision = decided(decision(&tally, &cx));
    // Nor is there anything in `cx`, which to find out would cost as much as the rules.
    std::mem::forget(cx);
    decision
}

/// One evaluation: the policies of a gate over some resources, on a session.
pub(super) struct Evaluation<'e, D: Domain, P: Sources, R> {
    pub(super) rules: R,
    pub(super) session: &'e Session<P>,
    pub(super) subject: &'e D::Subject,
    pub(super) action: &'e D::Action,
    pub(super) context: &'e D::Context,
}

/// What an evaluation has done so far.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) rounds: usize,
    pub(super) loads: usize,
}

impl<'e, D: Domain, P: Sources, R: Rules<D, P>> Evaluation<'e, D, P, R> {
    /// Decides about the resources `resource(0)`, `resource(1)`, … into `decisions`.
    pub(super) async fn run<'i>(
        &self,
        resource: impl Fn(usize) -> &'i D::Resource + Send + Sync,
        decisions: &mut [Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        let watch = self.watch(decisions.len());
        self.run_in(&mut Cx::new(self.session.begun()), watch, resource, decisions).await;
    }

    fn watch(&self, items: usize) -> Watch<'e> {
        Watch::open::<D, P>(self.session, items)
    }

    /// The decision about one resource, if it needs no load; otherwise who watches, if anybody does.
    #[inline]
    pub(super) fn at_once(&self, resource: &D::Resource) -> Result<Decision, Option<Watch<'e>>> {
        #[cfg(feature = "testing")]
        if crate::testing::is_recording() {
            return Err(None);
        }
        if is_watched(self.session) {
            return self.watched_at_once(resource);
        }
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        let decision = if reads_facts(rules) {
            self.known(&mut Cx::new(self.session.begun()), &request)
        } else {
            Some(decide_local(rules, &request))
        };
        #[cfg(feature = "testing")]
        if decision.is_some() {
            crate::testing::note_evaluation(0);
        }
        decision.ok_or(None)
    }

    /// The decision, if what is known is enough for it.
    fn known(&self, cx: &mut Cx<P>, request: &Request<'_, D>) -> Option<Decision> {
        let tally = read(self.rules, request, cx);
        decision(&tally, cx).filter(|_| cx.is_current())
    }

    /// [`at_once`](Self::at_once), where somebody may watch.
    #[cold]
    fn watched_at_once(&self, resource: &D::Resource) -> Result<Decision, Option<Watch<'e>>> {
        let Self { subject, action, context, .. } = *self;
        let watch = self.watch(1);
        let mut cx = Cx::new(self.session.begun());
        let request = Request { subject, action, resource, context };
        let Some(decision) = watch.inside(|| self.known(&mut cx, &request)) else {
            return Err(Some(watch));
        };
        #[cfg(feature = "testing")]
        crate::testing::note_evaluation(0);
        let slot = [Some(decision)];
        let asked = Asked { subject, action, context };
        let page = watch.close::<D>(&asked, &Progress::default(), &slot);
        let facts = |_| self.consulted(&cx, resource);
        page.record::<D>(0, &slot, |_| resource, facts);
        let [decision] = slot;
        Ok(decided(decision))
    }

    /// Decides about one resource that needs a load. In a box: what waits is large, and most checks on
    /// a session do not.
    pub(super) fn awaited<'i>(
        self,
        resource: &'i D::Resource,
        watch: Option<Watch<'e>>,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'i>>
    where
        'e: 'i,
        R: 'i,
    {
        Box::pin(async move {
            let watch = watch.unwrap_or_else(|| self.watch(1));
            let mut decision = [None];
            let mut cx = Cx::new(self.session.begun());
            self.run_in(&mut cx, watch, |_| resource, &mut decision).await;
            let [decision] = decision;
            decided(decision)
        })
    }

    /// As [`run`](Self::run), and leaves what is known in `cx`.
    async fn run_in<'i>(
        &self,
        cx: &mut Cx<P>,
        watch: Watch<'_>,
        resource: impl Fn(usize) -> &'i D::Resource + Send + Sync,
        decisions: &mut [Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        // Pinned, so that what waits within a span need not hold it again.
        let progress = watch.within(pin!(self.decide(cx, &resource, decisions))).await;
        #[cfg(feature = "testing")]
        crate::testing::note_evaluation(progress.rounds);
        let Self { subject, action, context, .. } = *self;
        let asked = Asked { subject, action, context };
        let page = watch.close::<D>(&asked, &progress, decisions);
        for (i, decisions) in decisions.chunks(RESOURCES_PER_YIELD).enumerate() {
            if i > 0 && page.is_recorded() {
                yield_now().await;
            }
            let facts = |i| self.consulted(cx, resource(i));
            page.record::<D>(i * RESOURCES_PER_YIELD, decisions, &resource, facts);
        }
        #[cfg(feature = "testing")]
        if crate::testing::is_recording() {
            self.cover(cx, &resource, decisions.len()).await;
        }
    }

    /// Notes, for a test run's coverage, what the policies met that decided.
    #[cfg(feature = "testing")]
    async fn cover<'i>(
        &self,
        cx: &mut Cx<P>,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        resources: usize,
    ) where
        D::Resource: 'i,
    {
        let Self { rules, subject, action, context, .. } = *self;
        for i in 0..resources {
            if i > 0 && i % RESOURCES_PER_YIELD == 0 {
                yield_now().await;
            }
            cover(rules, &Request { subject, action, resource: resource(i), context }, cx);
        }
    }

    /// Decides, and explains the decision: by a run before a watcher's eyes, on the same facts.
    pub(super) async fn explain(&self, resource: &D::Resource) -> Explanation {
        let mut cx = Cx::new(self.session.begun());
        let mut decision = [None];
        self.run_in(&mut cx, self.watch(1), |_| resource, &mut decision).await;
        let [decision] = decision;
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        explain(rules, &request, &cx, decided(decision))
    }

    fn consulted(&self, cx: &Cx<P>, resource: &D::Resource) -> Vec<ConsultedFact> {
        let Self { rules, subject, action, context, .. } = *self;
        consulted(rules, &Request { subject, action, resource, context }, cx)
    }

    async fn decide<'i>(
        &self,
        cx: &mut Cx<P>,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> Progress
    where
        D::Resource: 'i,
    {
        let mut progress = Progress::default();
        // Rounds since the sources are what they are; see `most_rounds`.
        let mut rounds = 0;
        loop {
            let undecided = self.pass(cx, resource, decisions).await;
            if undecided > 0 && !cx.is_replaced() {
                if rounds == most_rounds(self.rules) {
                    // What is still not loaded will not be asked for again. The last pass decides
                    // without it.
                    cx.give_up(FactError::impure());
                } else {
                    rounds += 1;
                    progress.rounds += 1;
                    progress.loads += cx.loads();
                    cx.answered(self.session).await;
                }
            }
            if cx.is_replaced() || !cx.is_current() {
                *cx = Cx::new(self.session.begun());
                decisions.fill_with(|| None);
                rounds = 0;
            } else if undecided == 0 {
                return progress;
            }
        }
    }

    /// Runs what matters for every undecided resource, and asks for what stays undecided. Gives the
    /// number of those.
    async fn pass<'i>(
        &self,
        cx: &mut Cx<P>,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> usize
    where
        D::Resource: 'i,
    {
        cx.begin_pass();
        let mut undecided = 0;
        let all = decisions.len();
        for (i, decisions) in decisions.chunks_mut(RESOURCES_PER_YIELD).enumerate() {
            if i > 0 {
                yield_now().await;
            }
            let first = i * RESOURCES_PER_YIELD;
            undecided += self.stretch(cx, first, all, resource, decisions);
        }
        undecided
    }

    /// A part of a pass over `all` resources, from the resource `first` on.
    fn stretch<'i>(
        &self,
        cx: &mut Cx<P>,
        first: usize,
        all: usize,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> usize
    where
        D::Resource: 'i,
    {
        let mut undecided = 0;
        for (i, slot) in decisions.iter_mut().enumerate() {
            if slot.is_none() {
                if !cx.waits(first + i) {
                    self.step(cx, resource(first + i), (first + i, all), slot);
                }
                undecided += usize::from(slot.is_none());
            }
        }
        undecided
    }

    /// Puts the decision about `resource`, which has this number of as many as `all`, where it belongs,
    /// if there is one yet.
    #[inline]
    fn step(
        &self,
        cx: &mut Cx<P>,
        resource: &D::Resource,
        (number, all): (usize, usize),
        slot: &mut Option<Decision>,
    ) {
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        let tally = read(rules, &request, cx);
        *slot = decision(&tally, cx);
        if slot.is_none() {
            cx.begin(self.session, all - number - 1);
            cx.ask_for(number, all, |cx| {
                rules.visit(&mut Ask { request: &request, cx, tally });
            });
        }
    }
}

/// Lets the runtime run something else.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
