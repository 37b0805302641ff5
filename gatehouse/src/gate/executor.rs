//! Runs the policies of a gate over resources until each is decided, a round trip at a time.
//!
//! A pass runs every policy that matters for every undecided resource, from the start. If some stay
//! undecided, the pass asks for every fact that they could use next, waits until all have answered,
//! and runs them again: facts never change, so each run takes the same path and gets further. What
//! waits for one derived fact alone, which still waits itself, would not, and is not run.
//!
//! # Long work
//! Bodies are synchronous, so a resource's run is the least that is done at a time. Between resources an
//! evaluation yields, when it has read some thousands of facts or run as many policies ([`Pace`]): in
//! passes, and where decisions are recorded, told or covered. In a pass it looks at the session's deadline
//! then. Once that has passed, facts that are not known count as failed, and what is undecided is run as
//! long as that does not take long; the rest is left undecided without a run, as if every policy had
//! failed. So a deadline makes a decision indeterminate, and never another one.

// Between the rules of a gate nothing is to be saved and called: all of them together come to what
// somebody would write by hand. Counted, it is a tenth of a page, and most of a local check.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use std::pin::{Pin, pin};

use super::combine::{Outcome, Tally};
#[cfg(feature = "testing")]
use super::coverage::cover;
use super::explain::explain;
use super::observe::{EvaluationObserver, is_watched};
use super::pace::{Pace, yield_now};
use super::replay::consulted;
use crate::decision::{Decision, FailedFacts};
use crate::domain::Domain;
use crate::domain::Question;
use crate::eval::{Cx, Request, Stop, Texts};
use crate::explanation::{ConsultedFact, Explanation};
use crate::fact::FactError;
use crate::fact::Failures;
use crate::plan::{Effect, PolicyInfo};
use crate::policy::{DynPolicy, PolicySet, Rule, Visitor};
use crate::session::Sources;
use crate::session::{Generation, Session};
use crate::sync::Arc;

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

/// The policies that a [`DynGate`](crate::dynamic::DynGate) was put together from.
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

/// The rounds of the policy that may need most of them.
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

/// A pure policy has one more load behind it after each round, so this many rounds are enough.
fn max_rounds<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> u32 {
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

/// Counts policies; of a static gate, when it is compiled.
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

#[inline(always)]
fn count<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> usize {
    let mut count = Count(0);
    rules.visit(&mut count);
    count.0
}

/// Notes each policy as if it had failed.
struct NotRun(Tally);

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

/// The decision about a resource for which no policy is run: what it would be if each had failed. Without
/// a permit, that is a refusal.
#[cold]
fn not_run<D: Domain, P: Sources>(rules: impl Rules<D, P>) -> Decision {
    let mut each = NotRun(Tally::default());
    rules.visit(&mut each);
    decided(decision(&each.0, |by| FailedFacts::new(&Failures::not_run(by.name))))
}

/// The decision that a tally comes to, if it comes to one; `failed` says why it is indeterminate.
#[inline]
fn decision(
    tally: &Tally,
    failed: impl FnOnce(&'static PolicyInfo) -> FailedFacts,
) -> Option<Decision> {
    Some(match tally.outcome()? {
        Outcome::Allow(by) => Decision::Allow { by },
        Outcome::Deny(by) => Decision::Deny { by },
        Outcome::Indeterminate(by) => Decision::Indeterminate { by, failed: failed(by) },
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
    let decision = decided(decision(&tally, |_| FailedFacts::new(&Failures::new())));
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

/// A check that needs a load: what it has found out so far.
pub(super) struct Undecided<'e, P: Sources> {
    /// What is known.
    generation: Option<Arc<Generation<P>>>,
    /// What the policies came to on that, if they were run.
    tally: Option<Tally>,
    watch: Option<EvaluationObserver<'e>>,
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
        self.run_in(
            &mut Cx::new(self.session.generation_if_any()),
            watch,
            None,
            resource,
            decisions,
        )
        .await;
    }

    fn watch(&self, items: usize) -> EvaluationObserver<'e> {
        EvaluationObserver::open::<D, P>(self.session, items)
    }

    /// The decision about one resource, if it needs no load.
    #[inline]
    pub(super) fn at_once(&self, resource: &D::Resource) -> Result<Decision, Undecided<'e, P>> {
        #[cfg(feature = "testing")]
        if crate::testing::is_recording() {
            let generation = self.session.generation_if_any();
            return Err(Undecided { generation, tally: None, watch: None });
        }
        if is_watched(self.session) {
            return self.watched_at_once(resource);
        }
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        let decision = if reads_facts(rules) {
            let mut cx = Cx::new(self.session.generation_if_any());
            match self.known(&mut cx, &request) {
                Ok(decision) => decision,
                Err(tally) => {
                    return Err(Undecided { generation: cx.into_generation(), tally, watch: None });
                }
            }
        } else {
            decide_local(rules, &request)
        };
        #[cfg(feature = "testing")]
        crate::testing::note_evaluation(0);
        Ok(decision)
    }

    /// The decision, if what is known is enough for it; otherwise what the policies came to, unless that
    /// is of sources that the session has no more.
    fn known(&self, cx: &mut Cx<P>, request: &Request<'_, D>) -> Result<Decision, Option<Tally>> {
        let tally = read(self.rules, request, cx);
        match decision(&tally, |_| FailedFacts::new(&cx.failed)) {
            Some(decision) if cx.is_current() => Ok(decision),
            Some(_) => Err(None),
            None => Err(Some(tally)),
        }
    }

    /// [`at_once`](Self::at_once), where somebody may watch.
    #[cold]
    fn watched_at_once(&self, resource: &D::Resource) -> Result<Decision, Undecided<'e, P>> {
        let Self { subject, action, context, .. } = *self;
        let watch = self.watch(1);
        let mut cx = Cx::new(self.session.generation_if_any());
        let request = Request { subject, action, resource, context };
        let decision = match watch.inside(|| self.known(&mut cx, &request)) {
            Ok(decision) => decision,
            Err(tally) => {
                return Err(Undecided {
                    generation: cx.into_generation(),
                    tally,
                    watch: Some(watch),
                });
            }
        };
        #[cfg(feature = "testing")]
        crate::testing::note_evaluation(0);
        let slot = [Some(decision)];
        let asked = Question { subject, action, context };
        let ended = watch.close::<D>(&asked, &Progress::default(), &slot);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let facts = |_| self.consulted(&cx, resource, &mut texts);
        ended.tell::<D>(0, &slot, |_| resource, facts);
        let [decision] = slot;
        Ok(decided(decision))
    }

    /// Decides about one resource that needs a load. In a box: what waits is large, and most checks on
    /// a session do not.
    pub(super) fn awaited<'i>(
        self,
        resource: &'i D::Resource,
        undecided: Undecided<'e, P>,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'i>>
    where
        'e: 'i,
        R: 'i,
    {
        let Undecided { generation, tally, watch } = undecided;
        Box::pin(async move {
            let watch = watch.unwrap_or_else(|| self.watch(1));
            let (mut cx, mut decision) = (Cx::new(generation), [None]);
            self.run_in(&mut cx, watch, tally.as_ref(), |_| resource, &mut decision).await;
            let [decision] = decision;
            decided(decision)
        })
    }

    /// As [`run`](Self::run), and leaves what is known in `cx`. If the policies were run for the one
    /// resource that there is, `tally` is what they came to.
    async fn run_in<'i>(
        &self,
        cx: &mut Cx<P>,
        watch: EvaluationObserver<'_>,
        tally: Option<&Tally>,
        resource: impl Fn(usize) -> &'i D::Resource + Send + Sync,
        decisions: &mut [Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        let is_repeated = self.is_repeated(&watch);
        let mut pace = Pace::new(count(self.rules), decisions.len(), is_repeated);
        // Pinned, so that what waits within a span need not hold it again.
        let progress =
            watch.within(pin!(self.decide(cx, &mut pace, tally, &resource, decisions))).await;
        #[cfg(feature = "testing")]
        crate::testing::note_evaluation(progress.rounds);
        let Self { subject, action, context, .. } = *self;
        let asked = Question { subject, action, context };
        let ended = watch.close::<D>(&asked, &progress, decisions);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let mut next = 0;
        while ended.tells() && next < decisions.len() {
            if next > 0 {
                yield_now().await;
            }
            let end = next + pace.again(next, decisions.len());
            let facts = |i: usize| match &decisions[i] {
                Some(decision) if decision.is_not_run() => Vec::new(),
                _ => self.consulted(cx, resource(i), &mut texts),
            };
            ended.tell::<D>(next, &decisions[next..end], &resource, facts);
            next = end;
        }
        #[cfg(feature = "testing")]
        if crate::testing::is_recording() {
            self.cover(cx, &pace, &resource, decisions).await;
        }
    }

    /// Whether the policies will be run once more for each resource.
    fn is_repeated(&self, watch: &EvaluationObserver<'_>) -> bool {
        #[cfg(feature = "testing")]
        if crate::testing::is_recording() {
            return true;
        }
        reads_facts(self.rules) && watch.records_facts()
    }

    /// Notes, for a test run's coverage, what the policies met that decided.
    #[cfg(feature = "testing")]
    async fn cover<'i>(
        &self,
        cx: &mut Cx<P>,
        pace: &Pace,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &[Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        let Self { rules, subject, action, context, .. } = *self;
        let mut end = pace.again(0, decisions.len());
        for (i, decision) in decisions.iter().enumerate() {
            if i == end {
                yield_now().await;
                end += pace.again(i, decisions.len());
            }
            if !decision.as_ref().is_some_and(Decision::is_not_run) {
                cover(rules, &Request { subject, action, resource: resource(i), context }, cx);
            }
        }
    }

    /// Decides, and explains the decision: by a run before a watcher's eyes, on the same facts.
    pub(super) async fn explain(&self, resource: &D::Resource) -> Explanation {
        let mut cx = Cx::new(self.session.generation_if_any());
        let mut decision = [None];
        self.run_in(&mut cx, self.watch(1), None, |_| resource, &mut decision).await;
        let [decision] = decision;
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        explain(rules, &request, &cx, decided(decision))
    }

    fn consulted(
        &self,
        cx: &Cx<P>,
        resource: &D::Resource,
        texts: &mut Texts,
    ) -> Vec<ConsultedFact> {
        let Self { rules, subject, action, context, .. } = *self;
        consulted(rules, &Request { subject, action, resource, context }, cx, texts)
    }

    async fn decide<'i>(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        mut tally: Option<&Tally>,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> Progress
    where
        D::Resource: 'i,
    {
        let mut progress = Progress::default();
        // Rounds since the sources are what they are; see `max_rounds`.
        let mut rounds = 0;
        loop {
            let undecided = if let Some(tally) = tally.take() {
                self.ask(cx, resource(0), (0, 1), *tally);
                1
            } else {
                self.pass(cx, pace, resource, decisions).await
            };
            if undecided > 0 && !cx.is_replaced() {
                if rounds == max_rounds(self.rules) {
                    // What is still not loaded will not be asked for again. The last pass decides
                    // without it.
                    cx.give_up(FactError::impure());
                } else {
                    rounds += 1;
                    progress.rounds += 1;
                    progress.loads += cx.loads();
                    if !cx.answered(self.session).await {
                        cx.give_up(FactError::overdue());
                        pace.end_soon();
                    }
                }
            }
            if cx.is_replaced() || !cx.is_current() {
                *cx = Cx::new(self.session.generation_if_any());
                decisions.fill_with(|| None);
                pace.restart();
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
        pace: &mut Pace,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> usize
    where
        D::Resource: 'i,
    {
        cx.begin_pass();
        let (mut undecided, mut next, all) = (0, 0, decisions.len());
        while next < all {
            if next > 0 {
                cx.note_inside();
                yield_now().await;
                self.look_at_deadline(cx, pace);
            }
            let slots = &mut decisions[next..all.min(next + pace.resources())];
            if pace.is_over() {
                self.leave_out(slots);
                next += slots.len();
                continue;
            }
            let (open_before, before) = (pace.is_ending().then(|| open(slots)), cx.reads());
            let (done, waiting) = self.stretch(cx, pace, (next, all), resource, slots);
            if let Some(open_before) = open_before {
                let runs = open_before - open(&slots[done..]);
                pace.spend(runs, cx.reads().wrapping_sub(before));
            }
            next += done;
            undecided += waiting;
        }
        undecided
    }

    /// If the session's deadline has passed, what is not known counts as failed from now on.
    fn look_at_deadline(&self, cx: &mut Cx<P>, pace: &mut Pace) {
        if !pace.is_ending() && self.session.is_overdue() {
            cx.give_up(FactError::overdue());
            // What was found to wait in this pass has failed now.
            cx.begin_pass();
            pace.end_soon();
        }
    }

    /// Decides without a run.
    fn leave_out(&self, slots: &mut [Option<Decision>]) {
        let decision = not_run(self.rules);
        for slot in slots {
            slot.get_or_insert_with(|| decision.clone());
        }
    }

    /// A part of a pass over `all` resources, from the resource `first` on: until it is time to yield.
    /// Gives how many resources it got over, and how many of those stay undecided.
    fn stretch<'i>(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        (first, all): (usize, usize),
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        slots: &mut [Option<Decision>],
    ) -> (usize, usize)
    where
        D::Resource: 'i,
    {
        let (mut done, mut undecided) = (0, 0);
        let (generation_if_any, most) = (cx.reads(), pace.begin());
        for (i, slot) in slots.iter_mut().enumerate() {
            if slot.is_none() {
                if !cx.is_blocked(first + i) {
                    self.step(cx, resource(first + i), (first + i, all), slot);
                }
                undecided += usize::from(slot.is_none());
                let reads = if reads_facts(self.rules) {
                    cx.reads().wrapping_sub(generation_if_any)
                } else {
                    0
                };
                if reads > most && pace.is_due(first + i, reads) {
                    done = i + 1;
                    break;
                }
            }
        }
        (if done == 0 { slots.len() } else { done }, undecided)
    }

    /// Puts the decision about `resource`, which has this number of as many as `all`, where it belongs,
    /// if there is one yet.
    #[inline(always)]
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
        *slot = decision(&tally, |_| FailedFacts::new(&cx.failed));
        if slot.is_none() {
            self.ask(cx, resource, (number, all), tally);
        }
    }

    /// Asks for what `resource`, which has this number of as many as `all`, needs next.
    #[inline(always)]
    fn ask(
        &self,
        cx: &mut Cx<P>,
        resource: &D::Resource,
        (number, all): (usize, usize),
        tally: Tally,
    ) {
        let Self { rules, subject, action, context, .. } = *self;
        let request = Request { subject, action, resource, context };
        cx.ensure_round(self.session, all - number - 1);
        cx.register_needs_of(number, all, |cx| {
            rules.visit(&mut Ask { request: &request, cx, tally });
        });
    }
}

/// How many resources are undecided.
fn open(slots: &[Option<Decision>]) -> usize {
    slots.iter().filter(|slot| slot.is_none()).count()
}
