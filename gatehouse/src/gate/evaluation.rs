//! The entry points of an evaluation: it is observed, recorded and explained here, and decided by the executor.

use std::pin::{Pin, pin};

use super::combine::Combiner;
#[cfg(feature = "testing")]
use super::coverage::record_coverage;
use super::executor::Evaluation;
use super::explain::explain;
use super::observe::{EvaluationObserver, Progress, is_observed};
use super::outcome::{decide_local, or_deny};
use super::pace::{Pace, yield_now};
use super::policies::Rules;
use super::questions::{Asked, One};
use super::replay::consulted;
use super::traced::for_each_policy;
use crate::decision::Decision;
use crate::domain::Domain;
use crate::eval::{Cx, Texts};
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

impl<'e, D: Domain, P: Sources, R: Rules<D, P>> Asked<'e, D, P, R> {
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
            let questions = &self.about(One(resource));
            return Evaluation { session: self.session, questions }.try_observed();
        }
        let decision = if self.rules.reads_facts() {
            let mut cx = Cx::new(self.session.generation_if_any());
            match self.decide_from_cache(&mut cx, resource) {
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
            decide_local(self.rules, &self.request(resource))
        };
        #[cfg(feature = "testing")]
        crate::observe::counts::note_evaluation(0);
        Ok(decision)
    }

    /// Decides, and explains the decision by an observed run on the same facts.
    pub(super) async fn explain(self, resource: &D::Resource) -> Explanation {
        let mut cx = Cx::new(self.session.generation_if_any());
        let questions = &self.about(One(resource));
        let decision = Evaluation { session: self.session, questions }.decide_one(&mut cx).await;
        let request = self.request(resource);
        explain(&|meet| for_each_policy(self.rules, &request, meet), &cx, decision)
    }
}

impl<'s, 'q, P: Sources> Evaluation<'s, 'q, P> {
    /// Decides about `resources` resources.
    pub(super) async fn decide_all(self, resources: usize) -> Vec<Decision> {
        let mut decisions = undecided(resources);
        let mut cx = Cx::new(self.session.generation_if_any());
        self.run(&mut cx, self.observer(resources), None, &mut decisions).await;
        decided(decisions)
    }

    /// Decides about one resource, with the facts left in `cx`.
    async fn decide_one(&self, cx: &mut Cx<P>) -> Decision {
        let mut decision = [None];
        self.run(cx, self.observer(1), None, &mut decision).await;
        let [decision] = decision;
        or_deny(decision)
    }

    /// Decides about one resource that needs a load. Boxed, because this future is large and most checks never
    /// need it.
    pub(super) fn decide_boxed(
        self,
        undecided: Undecided<'s, P>,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'q>>
    where
        's: 'q,
    {
        let Undecided { generation, combiner, observer } = undecided;
        Box::pin(async move {
            let observer = observer.unwrap_or_else(|| self.observer(1));
            let (mut cx, mut decision) = (Cx::new(generation), [None]);
            self.run(&mut cx, observer, combiner.as_ref(), &mut decision).await;
            let [decision] = decision;
            or_deny(decision)
        })
    }

    /// Decides about one resource from known facts, observed.
    #[cold]
    fn try_observed(&self) -> Result<Decision, Undecided<'s, P>> {
        let observer = self.observer(1);
        let mut cx = Cx::new(self.session.generation_if_any());
        let decision = match observer.inside(|| self.questions.decide_first(&mut cx)) {
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
        let ended = observer.close(self.questions.question(), &Progress::default(), &slot);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let describe = |number| self.questions.describe(number);
        ended.report(0, &slot, &describe, &mut |number| self.consulted(number, &cx, &mut texts));
        let [decision] = slot;
        Ok(or_deny(decision))
    }

    fn observer(&self, resources: usize) -> EvaluationObserver<'s> {
        let context = self.session.audit_context();
        EvaluationObserver::open(context, self.questions.question(), resources)
    }

    /// Decides about the resources into `decisions`, with the facts left in `cx`. `combiner` has the results of
    /// the policies, if there is one resource and they were run for it.
    async fn run(
        &self,
        cx: &mut Cx<P>,
        observer: EvaluationObserver<'_>,
        combiner: Option<&Combiner>,
        decisions: &mut [Option<Decision>],
    ) {
        let is_repeated = self.is_repeated(&observer);
        let policies = self.questions.shape().policies;
        let mut pace = Pace::new(policies, decisions.len(), is_repeated);
        // Pinned here, so that the instrumented future stores a reference instead of a second copy.
        let progress = observer.within(pin!(self.decide(cx, &mut pace, combiner, decisions))).await;
        #[cfg(feature = "testing")]
        crate::observe::counts::note_evaluation(progress.rounds);
        let ended = observer.close(self.questions.question(), &progress, decisions);
        let mut texts = Texts::cut_at(ConsultedFact::MAX_BYTES);
        let mut next = 0;
        while ended.has_listeners() && next < decisions.len() {
            if next > 0 {
                yield_now().await;
            }
            let end = next + pace.again(next, decisions.len());
            let describe = |number| self.questions.describe(number);
            ended.report(next, &decisions[next..end], &describe, &mut |number: usize| {
                match &decisions[number] {
                    Some(decision) if decision.is_not_run() => Vec::new(),
                    _ => self.consulted(number, cx, &mut texts),
                }
            });
            next = end;
        }
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            self.record_coverage(cx, &pace, decisions).await;
        }
    }

    /// Whether the policies are replayed for each resource after it is decided.
    fn is_repeated(&self, observer: &EvaluationObserver<'_>) -> bool {
        #[cfg(feature = "testing")]
        if crate::observe::coverage::is_recording() {
            return true;
        }
        observer.records_facts() && self.questions.shape().reads_facts
    }

    /// Records the coverage of the policies that took part in the decisions.
    #[cfg(feature = "testing")]
    async fn record_coverage(&self, cx: &mut Cx<P>, pace: &Pace, decisions: &[Option<Decision>]) {
        let mut end = pace.again(0, decisions.len());
        for (i, decision) in decisions.iter().enumerate() {
            if i == end {
                yield_now().await;
                end += pace.again(i, decisions.len());
            }
            if !decision.as_ref().is_some_and(Decision::is_not_run) {
                record_coverage(&|meet| self.questions.for_each_policy(i, meet), cx);
            }
        }
    }

    fn consulted(&self, number: usize, cx: &Cx<P>, texts: &mut Texts) -> Vec<ConsultedFact> {
        consulted(&|meet| self.questions.for_each_policy(number, meet), cx, texts)
    }
}

/// No decision yet, for each resource.
fn undecided(resources: usize) -> Vec<Option<Decision>> {
    (0..resources).map(|_| None).collect()
}

/// The decisions at the end of an evaluation.
fn decided(decisions: Vec<Option<Decision>>) -> Vec<Decision> {
    decisions.into_iter().map(or_deny).collect()
}
