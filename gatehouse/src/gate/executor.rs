//! Runs the policies of a gate over resources until each is decided, a round trip at a time.
//!
//! A pass runs every policy that matters for every undecided resource, from the start. If some stay
//! undecided, the pass registers every load that they could use next, waits until all have answered,
//! and runs them again: facts never change, so each run takes the same path and gets further. A resource that
//! is blocked only on one derived fact is skipped while that fact is still pending: rerunning it could make no
//! progress.
//!
//! # Long work
//! Bodies are synchronous, so the run of one resource is the smallest unit of work. Between resources an
//! evaluation yields after some thousands of reads or policies ([`Pace`]): in passes, and where decisions are
//! recorded or covered. In a pass it looks at the session's deadline then. Once the deadline has passed,
//! unknown facts count as failed, and undecided resources are run as long as that does not take long; the
//! others are decided without a run, as if every policy had failed. So a deadline makes a decision
//! indeterminate, and never another one.

// See `policies`.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use super::combine::Combiner;
use super::observe::Progress;
use super::outcome::{not_run, to_decision};
use super::pace::{Pace, yield_now};
use super::policies::{Ask, Rules, max_rounds, reads_facts, run_policies};
use crate::decision::{Decision, FailedFacts};
use crate::domain::{Domain, Question};
use crate::eval::{Cx, Request};
use crate::fact::FactError;
use crate::session::{Session, Sources};

/// One evaluation: the policies of a gate on a session, for one subject and action.
pub(super) struct Evaluation<'e, D: Domain, P: Sources, R> {
    pub(super) rules: R,
    pub(super) session: &'e Session<P>,
    pub(super) subject: &'e D::Subject,
    pub(super) action: &'e D::Action,
    pub(super) context: &'e D::Context,
}

impl<'e, D: Domain, P: Sources, R: Rules<D, P>> Evaluation<'e, D, P, R> {
    /// The question about one resource.
    #[inline(always)]
    pub(super) fn request<'r>(&self, resource: &'r D::Resource) -> Request<'r, D>
    where
        'e: 'r,
    {
        let Self { subject, action, context, .. } = *self;
        Request { subject, action, resource, context }
    }

    /// The question about any resource.
    pub(super) fn question(&self) -> Question<'e, D> {
        let Self { subject, action, context, .. } = *self;
        Question { subject, action, context }
    }

    /// Decides about the resources: runs passes, and waits for a round after each, until all are decided.
    pub(super) async fn decide<'i>(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        mut combiner: Option<&Combiner>,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &mut [Option<Decision>],
    ) -> Progress
    where
        D::Resource: 'i,
    {
        let mut progress = Progress::default();
        // Rounds since the sources were last replaced; see `max_rounds`.
        let mut rounds = 0;
        loop {
            let undecided = if let Some(combiner) = combiner.take() {
                self.ask(cx, resource(0), (0, 1), *combiner);
                1
            } else {
                self.pass(cx, pace, resource, decisions).await
            };
            if undecided > 0 && !cx.is_replaced() {
                if rounds == max_rounds(self.rules) {
                    // Loads that are still pending are not registered again: the last pass decides without
                    // them.
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

    /// Runs the policies for every undecided resource, and registers the loads of those that stay undecided.
    /// Returns their number.
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
                self.check_deadline(cx, pace);
            }
            let slots = &mut decisions[next..all.min(next + pace.resources())];
            if pace.is_over() {
                self.skip(slots);
                next += slots.len();
                continue;
            }
            let (open_before, before) = (pace.is_ending().then(|| open(slots)), cx.reads());
            let (done, waiting) = self.run_chunk(cx, pace, (next, all), resource, slots);
            if let Some(open_before) = open_before {
                let runs = open_before - open(&slots[done..]);
                pace.spend(runs, cx.reads().wrapping_sub(before));
            }
            next += done;
            undecided += waiting;
        }
        undecided
    }

    /// If the session's deadline has passed, unknown facts count as failed from now on.
    fn check_deadline(&self, cx: &mut Cx<P>, pace: &mut Pace) {
        if !pace.is_ending() && self.session.is_overdue() {
            cx.give_up(FactError::overdue());
            // Facts that were pending in this pass have failed now.
            cx.begin_pass();
            pace.end_soon();
        }
    }

    /// Decides resources without a run.
    fn skip(&self, slots: &mut [Option<Decision>]) {
        let decision = not_run(self.rules);
        for slot in slots {
            slot.get_or_insert_with(|| decision.clone());
        }
    }

    /// A part of a pass over `all` resources, from the resource `first` until it is time to yield. Returns the
    /// number of resources that it went over, and the number of those that stay undecided.
    fn run_chunk<'i>(
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
        let (begun, most) = (cx.reads(), pace.begin());
        for (i, slot) in slots.iter_mut().enumerate() {
            if slot.is_none() {
                if !cx.is_blocked(first + i) {
                    self.run_resource(cx, resource(first + i), (first + i, all), slot);
                }
                undecided += usize::from(slot.is_none());
                let reads =
                    if reads_facts(self.rules) { cx.reads().wrapping_sub(begun) } else { 0 };
                if reads > most && pace.is_due(first + i, reads) {
                    done = i + 1;
                    break;
                }
            }
        }
        (if done == 0 { slots.len() } else { done }, undecided)
    }

    /// Evaluates resource `number` of `all` and stores its decision in `slot`, if it is decided.
    #[inline(always)]
    fn run_resource(
        &self,
        cx: &mut Cx<P>,
        resource: &D::Resource,
        (number, all): (usize, usize),
        slot: &mut Option<Decision>,
    ) {
        let combiner = run_policies(self.rules, &self.request(resource), cx);
        *slot = to_decision(&combiner, |_| FailedFacts::new(&cx.failed));
        if slot.is_none() {
            self.ask(cx, resource, (number, all), combiner);
        }
    }

    /// Registers the loads that resource `number` of `all` needs next.
    #[inline(always)]
    fn ask(
        &self,
        cx: &mut Cx<P>,
        resource: &D::Resource,
        (number, all): (usize, usize),
        combiner: Combiner,
    ) {
        let request = self.request(resource);
        cx.ensure_round(self.session, all - number - 1);
        cx.register_needs_of(number, all, |cx| {
            self.rules.visit(&mut Ask { request: &request, cx, combiner });
        });
    }
}

/// The number of undecided resources.
fn open(slots: &[Option<Decision>]) -> usize {
    slots.iter().filter(|slot| slot.is_none()).count()
}
