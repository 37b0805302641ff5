//! The questions of an evaluation, one for each resource: the part of an evaluation that has the types of a
//! gate.
//!
//! The rest of it has them as [`Questions`], without these types, so that it is compiled once for the sources of
//! a program and not for each gate. A pass calls them for a chunk of resources, which is one function in which
//! the policies are inlined.

// See `policies`.
#![allow(clippy::inline_always, reason = "the rules of a gate are one function")]

use super::combine::Combiner;
use super::outcome::{not_run, to_decision};
use super::pace::Pace;
use super::policies::{Ask, Rules, Shape, run_policies};
use super::traced::{Meet, for_each_policy};
use crate::decision::Decision;
use crate::domain::{Description, Domain, Question};
use crate::eval::{Cx, Request};
use crate::observe::AnyQuestion;
use crate::session::{Session, Sources};

/// The questions of an evaluation, without the types of its gate.
pub(super) trait Questions<P: Sources>: Sync {
    /// The numbers of the gate's policies.
    fn shape(&self) -> Shape;

    /// The question, without a resource.
    fn question(&self) -> &dyn AnyQuestion;

    /// The description of resource `number` in the audit log.
    fn describe(&self, number: usize) -> Description;

    /// Runs the policies for resource 0, and gives their decision, or their results.
    fn decide_first(&self, cx: &mut Cx<P>) -> Result<Decision, Option<Combiner>>;

    /// A part of a pass over `all` resources: runs the policies for undecided resources from `first` on until it
    /// is time to yield, and registers the loads of those that stay undecided. Returns the number of resources
    /// that it went over, and the number of those that stay undecided.
    fn run_chunk(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        first_and_all: (usize, usize),
        slots: &mut [Option<Decision>],
    ) -> (usize, usize);

    /// Registers the loads that resource `number` of `all` needs next.
    fn ask(&self, cx: &mut Cx<P>, number_and_all: (usize, usize), combiner: Combiner);

    /// The decision about a resource whose policies are not run.
    fn not_run(&self) -> Decision;

    /// Gives each policy to `meet`, to be observed for resource `number`. Only builds that record decisions or
    /// their coverage have the code for it; others give none.
    fn for_each_policy(&self, number: usize, meet: &mut Meet<'_, P>);
}

/// A gate on a session, with a subject, an action and a context.
pub(super) struct Asked<'e, D: Domain, P: Sources, R> {
    pub(super) rules: R,
    pub(super) session: &'e Session<P>,
    pub(super) question: Question<'e, D>,
}

/// The resources of an evaluation.
pub(super) trait Resources<D: Domain>: Sync {
    fn resource(&self, number: usize) -> &D::Resource;
}

/// One resource.
pub(super) struct One<'r, T: ?Sized>(pub(super) &'r T);

impl<D: Domain> Resources<D> for One<'_, D::Resource> {
    #[inline(always)]
    fn resource(&self, _: usize) -> &D::Resource {
        self.0
    }
}

/// The resources of a page, each a part of a row.
pub(super) struct Page<'r, T, F> {
    pub(super) rows: &'r [T],
    pub(super) resource: &'r F,
}

impl<D, T, F> Resources<D> for Page<'_, T, F>
where
    D: Domain,
    T: Sync,
    F: Fn(&T) -> &D::Resource + Sync,
{
    #[inline(always)]
    fn resource(&self, number: usize) -> &D::Resource {
        (self.resource)(&self.rows[number])
    }
}

/// A gate that is asked about resources.
pub(super) struct About<'e, D: Domain, P: Sources, R, I> {
    asked: Asked<'e, D, P, R>,
    resources: I,
}

impl<'e, D: Domain, P: Sources, R: Rules<D, P>> Asked<'e, D, P, R> {
    /// The questions about resources.
    #[inline]
    pub(super) fn about<I: Resources<D>>(&self, resources: I) -> About<'e, D, P, R, I> {
        let Question { subject, action, context } = self.question;
        let question = Question { subject, action, context };
        About { asked: Self { question, ..*self }, resources }
    }

    /// The question about one resource.
    #[inline(always)]
    pub(super) fn request<'r>(&self, resource: &'r D::Resource) -> Request<'r, D>
    where
        'e: 'r,
    {
        let Question { subject, action, context } = self.question;
        Request { subject, action, resource, context }
    }

    /// Decides from known facts; otherwise returns the results of the policies, unless they are of sources
    /// that the session has no longer.
    pub(super) fn decide_from_cache(
        &self,
        cx: &mut Cx<P>,
        resource: &D::Resource,
    ) -> Result<Decision, Option<Combiner>> {
        let combiner = run_policies(self.rules, &self.request(resource), cx);
        match to_decision(&combiner, Some(&cx.failed)) {
            Some(decision) if cx.is_current() => Ok(decision),
            Some(_) => Err(None),
            None => Err(Some(combiner)),
        }
    }
}

impl<D: Domain, P: Sources, R: Rules<D, P>, I: Resources<D>> About<'_, D, P, R, I> {
    #[inline(always)]
    fn request(&self, number: usize) -> Request<'_, D> {
        self.asked.request(self.resources.resource(number))
    }

    /// Evaluates resource `number` of `all` and stores its decision in `slot`, if it is decided.
    #[inline(always)]
    fn run_resource(
        &self,
        cx: &mut Cx<P>,
        (number, all): (usize, usize),
        slot: &mut Option<Decision>,
    ) {
        let combiner = run_policies(self.asked.rules, &self.request(number), cx);
        *slot = to_decision(&combiner, Some(&cx.failed));
        if slot.is_none() {
            self.register_loads(cx, (number, all), combiner);
        }
    }

    /// Registers the loads that resource number `number` of `all` needs next. Inlined, because `combiner` would
    /// be in memory for every resource otherwise: 5 % of a page.
    #[inline(always)]
    fn register_loads(&self, cx: &mut Cx<P>, (number, all): (usize, usize), combiner: Combiner) {
        let request = self.request(number);
        cx.ensure_round(self.asked.session, all - number - 1);
        let begun = cx.begin_resource();
        self.asked.rules.visit(&mut Ask { request: &request, cx, combiner });
        cx.end_resource(begun, number, all);
    }
}

impl<D, P, R, I> Questions<P> for About<'_, D, P, R, I>
where
    D: Domain,
    P: Sources,
    R: Rules<D, P>,
    I: Resources<D>,
{
    fn shape(&self) -> Shape {
        self.asked.rules.shape()
    }

    fn question(&self) -> &dyn AnyQuestion {
        &self.asked.question
    }

    fn describe(&self, number: usize) -> Description {
        D::describe_resource(self.resources.resource(number))
    }

    fn decide_first(&self, cx: &mut Cx<P>) -> Result<Decision, Option<Combiner>> {
        self.asked.decide_from_cache(cx, self.resources.resource(0))
    }

    fn run_chunk(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        (first, all): (usize, usize),
        slots: &mut [Option<Decision>],
    ) -> (usize, usize) {
        let (mut done, mut undecided) = (0, 0);
        let (begun, most) = (cx.reads(), pace.begin());
        for (i, slot) in slots.iter_mut().enumerate() {
            if slot.is_none() {
                if !cx.is_blocked(first + i) {
                    self.run_resource(cx, (first + i, all), slot);
                }
                undecided += usize::from(slot.is_none());
                let reads =
                    if self.asked.rules.reads_facts() { cx.reads().wrapping_sub(begun) } else { 0 };
                if reads > most && pace.is_due(first + i, reads) {
                    done = i + 1;
                    break;
                }
            }
        }
        (if done == 0 { slots.len() } else { done }, undecided)
    }

    fn ask(&self, cx: &mut Cx<P>, number_and_all: (usize, usize), combiner: Combiner) {
        self.register_loads(cx, number_and_all, combiner);
    }

    fn not_run(&self) -> Decision {
        not_run(&|meet| self.asked.rules.describe(meet))
    }

    fn for_each_policy(&self, number: usize, meet: &mut Meet<'_, P>) {
        if cfg!(any(feature = "records", feature = "testing")) {
            for_each_policy(self.asked.rules, &self.request(number), meet);
        }
    }
}
