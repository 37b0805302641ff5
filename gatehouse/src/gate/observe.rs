//! The observer of an evaluation: its span, its metrics and its records. None has a part in the decision, and
//! each costs nothing where it is switched off.

use super::outcome::or_deny;
use crate::decision::Decision;
use crate::domain::Description;
use crate::explanation::ConsultedFact;
use crate::observe::records::{AuditContext, RecordedPage, Recording};
use crate::observe::{AnyQuestion, EvaluationMetrics, EvaluationSpan, decided_locally};
use crate::session::Session;
use crate::session::Sources;

/// The rounds and loads of an evaluation so far.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) rounds: usize,
    pub(super) loads: usize,
}

/// An observed evaluation.
pub(super) struct EvaluationObserver<'s> {
    span: EvaluationSpan,
    metrics: EvaluationMetrics,
    recording: Recording<'s>,
}

impl<'s> EvaluationObserver<'s> {
    #[inline]
    pub(super) fn open(
        context: Option<&'s AuditContext>,
        question: &dyn AnyQuestion,
        items: usize,
    ) -> Self {
        Self {
            span: EvaluationSpan::open(question, items),
            metrics: EvaluationMetrics::open(),
            recording: Recording::begin(context),
        }
    }

    /// Whether records list the facts that the decisions depend on.
    #[inline]
    pub(super) fn records_facts(&self) -> bool {
        self.recording.records_facts()
    }

    pub(super) fn within<F: Future + Unpin>(&self, future: F) -> impl Future<Output = F::Output> {
        self.span.within(future)
    }

    /// Runs synchronous code within the span.
    pub(super) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        self.span.inside(run)
    }

    /// Ends the evaluation. [`Ended`] then reports the decisions.
    #[inline]
    pub(super) fn close(
        self,
        question: &dyn AnyQuestion,
        progress: &Progress,
        decisions: &[Option<Decision>],
    ) -> Ended<'s> {
        let Progress { rounds, loads } = *progress;
        let page = self.recording.end(question, decisions.len(), (rounds, loads));
        self.span.close(rounds, loads, decisions);
        self.metrics.close(question, rounds, decisions);
        Ended::new(self.span, page)
    }
}

/// An evaluation that has ended. A page may be long, so its decisions are reported a part at a time.
pub(super) struct Ended<'s> {
    /// The span, if decisions are reported as events.
    span: Option<EvaluationSpan>,
    page: RecordedPage<'s>,
}

impl<'s> Ended<'s> {
    #[inline]
    fn new(span: EvaluationSpan, page: RecordedPage<'s>) -> Self {
        Self { span: EvaluationSpan::wants_decisions().then_some(span), page }
    }

    /// Whether decisions are reported at all.
    #[inline]
    pub(super) fn has_listeners(&self) -> bool {
        self.span.is_some() || self.page.is_recorded()
    }

    /// Reports decisions, from that of resource `first` on. `describe` gives the description of a resource,
    /// and `facts` the facts that the decision about it depends on.
    #[inline]
    pub(super) fn report(
        &self,
        first: usize,
        decisions: &[Option<Decision>],
        describe: &dyn Fn(usize) -> Description,
        facts: &mut dyn FnMut(usize) -> Vec<ConsultedFact>,
    ) {
        self.page.record(first, decisions, describe, facts);
        if let Some(span) = &self.span {
            span.emit_decisions(decisions);
        }
    }
}

/// Whether an evaluation on `session` may be observed. Where it is not, this check is the only cost.
#[inline]
pub(super) fn is_observed<P: Sources>(session: &Session<P>) -> bool {
    cfg!(feature = "metrics")
        || EvaluationSpan::is_wanted()
        || Recording::is_wanted(session.audit_context())
}

/// Observes a decision that is made without async.
#[cold]
pub(super) fn observed_locally(
    context: Option<&AuditContext>,
    question: &dyn AnyQuestion,
    describe: &dyn Fn(usize) -> Description,
    decide: &dyn Fn() -> Decision,
) -> Decision {
    let (span, recording) = (EvaluationSpan::open(question, 1), Recording::begin(context));
    let slot = [Some(decide())];
    let page = recording.end(question, 1, (0, 0));
    span.close(0, 0, &slot);
    Ended::new(span, page).report(0, &slot, describe, &mut |_| Vec::new());
    decided_locally(question, &slot);
    let [decision] = slot;
    or_deny(decision)
}
