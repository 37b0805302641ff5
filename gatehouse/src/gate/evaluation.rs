//! The entry points of an evaluation: it is observed, recorded and explained here, and decided by the executor.

use std::pin::{Pin, pin};

use super::combine::Combiner;
#[cfg(feature = "testing")]
use super::coverage::record_coverage;
use super::executor::Evaluation;
use super::explain::explain;
use super::observe::{EvaluationObserver, Progress, is_observed};
use super::outcome::{decide_local, or_deny, to_decision};
use super::pace::{Pace, yield_now};
use super::policies::{Rules, count, reads_facts, run_policies};
use super::replay::consulted;
use crate::decision::{Decision, FailedFacts};
use crate::domain::Domain;
use crate::eval::{Cx, Request, Texts};
use crate::explanation::{ConsultedFact, Explanation};
use crate::session::{Generation, Sources};
use crate::sync::Arc;

/// A check that needs a load, as far as it has come.
pub(super) struct Undecided<'e, P: Sources> {
    /// The known facts.
    generation: Option<Arc<Generation<P>>>,
    /// The results of the policies on these facts, if they were run.
    combiner: Option<Combiner>,
    observer: Option<EvaluationObserver<'e>>,
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
        let observer = self.observer(decisions.len());
        self.run_in(
            &mut Cx::new(self.session.generation_if_any()),
            observer,
            None,
            resource,
            decisions,
        )
        .await;
    }

    fn observer(&self, items: usize) -> EvaluationObserver<'e> {
        EvaluationObserver::open::<D, P>(self.session, items)
    }

    /// Decides about one resource, if that needs no load.
    #[inline]
    pub(super) fn try_without_loading(
        &self,
        resource: &D::Resource,
    ) -> Result<Decision, Undecided<'e, P>> {
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            let generation = self.session.generation_if_any();
            return Err(Undecided { generation, combiner: None, observer: None });
        }
        if is_observed(self.session) {
            return self.try_observed(resource);
        }
        let request = self.request(resource);
        let decision = if reads_facts(self.rules) {
            let mut cx = Cx::new(self.session.generation_if_any());
            match self.decide_from_cache(&mut cx, &request) {
                Ok(decision) => decision,
                Err(combiner) => {
                    return Err(Undecided {
                        generation: cx.into_generation(),
                        combiner,
                        observer: None,
                    });
                }
            }
        } else {
            decide_local(self.rules, &request)
        };
        #[cfg(feature = "testing")]
        crate::observe::counts::note_evaluation(0);
        Ok(decision)
    }

    /// Decides from known facts; otherwise returns the results of the policies, unless they are of sources
    /// that the session has no longer.
    fn decide_from_cache(
        &self,
        cx: &mut Cx<P>,
        request: &Request<'_, D>,
    ) -> Result<Decision, Option<Combiner>> {
        let combiner = run_policies(self.rules, request, cx);
        match to_decision(&combiner, |_| FailedFacts::new(&cx.failed)) {
            Some(decision) if cx.is_current() => Ok(decision),
            Some(_) => Err(None),
            None => Err(Some(combiner)),
        }
    }

    /// [`try_without_loading`](Self::try_without_loading), where the evaluation may be observed.
    #[cold]
    fn try_observed(&self, resource: &D::Resource) -> Result<Decision, Undecided<'e, P>> {
        let observer = self.observer(1);
        let mut cx = Cx::new(self.session.generation_if_any());
        let request = self.request(resource);
        let decision = match observer.inside(|| self.decide_from_cache(&mut cx, &request)) {
            Ok(decision) => decision,
            Err(combiner) => {
                return Err(Undecided {
                    generation: cx.into_generation(),
                    combiner,
                    observer: Some(observer),
                });
            }
        };
        #[cfg(feature = "testing")]
        crate::observe::counts::note_evaluation(0);
        let slot = [Some(decision)];
        let ended = observer.close::<D>(&self.question(), &Progress::default(), &slot);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let facts = |_| self.consulted(&cx, resource, &mut texts);
        ended.report::<D>(0, &slot, |_| resource, facts);
        let [decision] = slot;
        Ok(or_deny(decision))
    }

    /// Decides about one resource that needs a load. Boxed, because this future is large and most checks never
    /// need it.
    pub(super) fn decide_boxed<'i>(
        self,
        resource: &'i D::Resource,
        undecided: Undecided<'e, P>,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'i>>
    where
        'e: 'i,
        R: 'i,
    {
        let Undecided { generation, combiner, observer } = undecided;
        Box::pin(async move {
            let observer = observer.unwrap_or_else(|| self.observer(1));
            let (mut cx, mut decision) = (Cx::new(generation), [None]);
            self.run_in(&mut cx, observer, combiner.as_ref(), |_| resource, &mut decision).await;
            let [decision] = decision;
            or_deny(decision)
        })
    }

    /// [`run`](Self::run), with the facts left in `cx`. `combiner` has the results of the policies, if there is
    /// one resource and they were run for it.
    async fn run_in<'i>(
        &self,
        cx: &mut Cx<P>,
        observer: EvaluationObserver<'_>,
        combiner: Option<&Combiner>,
        resource: impl Fn(usize) -> &'i D::Resource + Send + Sync,
        decisions: &mut [Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        let is_repeated = self.is_repeated(&observer);
        let mut pace = Pace::new(count(self.rules), decisions.len(), is_repeated);
        // Pinned here, so that the instrumented future stores a reference instead of a second copy.
        let progress =
            observer.within(pin!(self.decide(cx, &mut pace, combiner, &resource, decisions))).await;
        #[cfg(feature = "testing")]
        crate::observe::counts::note_evaluation(progress.rounds);
        let ended = observer.close::<D>(&self.question(), &progress, decisions);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let mut next = 0;
        while ended.has_listeners() && next < decisions.len() {
            if next > 0 {
                yield_now().await;
            }
            let end = next + pace.again(next, decisions.len());
            let facts = |i: usize| match &decisions[i] {
                Some(decision) if decision.is_not_run() => Vec::new(),
                _ => self.consulted(cx, resource(i), &mut texts),
            };
            ended.report::<D>(next, &decisions[next..end], &resource, facts);
            next = end;
        }
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            self.record_coverage(cx, &pace, &resource, decisions).await;
        }
    }

    /// Whether the policies are replayed for each resource after it is decided.
    fn is_repeated(&self, observer: &EvaluationObserver<'_>) -> bool {
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            return true;
        }
        reads_facts(self.rules) && observer.records_facts()
    }

    /// Records the coverage of the policies that took part in the decisions.
    #[cfg(feature = "testing")]
    async fn record_coverage<'i>(
        &self,
        cx: &mut Cx<P>,
        pace: &Pace,
        resource: &(impl Fn(usize) -> &'i D::Resource + Send + Sync),
        decisions: &[Option<Decision>],
    ) where
        D::Resource: 'i,
    {
        let mut end = pace.again(0, decisions.len());
        for (i, decision) in decisions.iter().enumerate() {
            if i == end {
                yield_now().await;
                end += pace.again(i, decisions.len());
            }
            if !decision.as_ref().is_some_and(Decision::is_not_run) {
                record_coverage(self.rules, &self.request(resource(i)), cx);
            }
        }
    }

    /// Decides, and explains the decision by an observed run on the same facts.
    pub(super) async fn explain(&self, resource: &D::Resource) -> Explanation {
        let mut cx = Cx::new(self.session.generation_if_any());
        let mut decision = [None];
        self.run_in(&mut cx, self.observer(1), None, |_| resource, &mut decision).await;
        let [decision] = decision;
        explain(self.rules, &self.request(resource), &cx, or_deny(decision))
    }

    fn consulted(
        &self,
        cx: &Cx<P>,
        resource: &D::Resource,
        texts: &mut Texts,
    ) -> Vec<ConsultedFact> {
        consulted(self.rules, &self.request(resource), cx, texts)
    }
}
