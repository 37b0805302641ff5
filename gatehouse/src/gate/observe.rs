//! What is watched of an evaluation: its span, its metrics and its records. None has a part in the
//! decision, and each costs nothing where it is switched off.

use super::executor::Progress;
use crate::decision::Decision;
use crate::domain::{Domain, Question};
use crate::eval::Request;
use crate::explanation::ConsultedFact;
use crate::observe::records::{RecordedPage, Recording};
use crate::observe::{EvaluationMetrics, EvaluationSpan, decided_locally};
use crate::session::Session;
use crate::session::Sources;

/// An evaluation that is watched.
pub(super) struct EvaluationObserver<'s> {
    span: EvaluationSpan,
    metrics: EvaluationMetrics,
    recording: Recording<'s>,
}

impl<'s> EvaluationObserver<'s> {
    pub(super) fn open<D: Domain, P: Sources>(session: &'s Session<P>, items: usize) -> Self {
        Self {
            span: EvaluationSpan::open::<D>(items),
            metrics: EvaluationMetrics::open(),
            recording: Recording::begin(session.audit_context()),
        }
    }

    /// Whether a record says on which facts the decision depends.
    pub(super) fn records_facts(&self) -> bool {
        self.recording.records_facts()
    }

    pub(super) fn within<F: Future + Unpin>(&self, future: F) -> impl Future<Output = F::Output> {
        self.span.within(future)
    }

    /// The same for what needs no await.
    pub(super) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        self.span.inside(run)
    }

    /// The evaluation is over. What is left to be told of each item, [`Ended`] tells.
    pub(super) fn close<D: Domain>(
        self,
        asked: &Question<'_, D>,
        progress: &Progress,
        decisions: &[Option<Decision>],
    ) -> Ended<'s> {
        let Progress { rounds, loads } = *progress;
        let page = self.recording.end(asked, decisions.len(), (rounds, loads));
        self.span.close(rounds, loads, decisions);
        self.metrics.close::<D>(rounds, decisions);
        Ended::new(self.span, page)
    }
}

/// An evaluation that is over. A page may be long, so its decisions are told a part at a time.
pub(super) struct Ended<'s> {
    /// If somebody listens to each decision.
    span: Option<EvaluationSpan>,
    page: RecordedPage<'s>,
}

impl<'s> Ended<'s> {
    fn new(span: EvaluationSpan, page: RecordedPage<'s>) -> Self {
        Self { span: EvaluationSpan::wants_decisions().then_some(span), page }
    }

    /// Whether there is anything to tell.
    pub(super) fn tells(&self) -> bool {
        self.span.is_some() || self.page.is_recorded()
    }

    /// Tells of decisions, from that of item `first` on. `facts` says on which facts a decision about an
    /// item depends.
    pub(super) fn tell<'i, D: Domain>(
        &self,
        first: usize,
        decisions: &[Option<Decision>],
        resource: impl Fn(usize) -> &'i D::Resource,
        facts: impl FnMut(usize) -> Vec<ConsultedFact>,
    ) where
        D::Resource: 'i,
    {
        self.page.record::<D>(first, decisions, resource, facts);
        if let Some(span) = &self.span {
            span.emit_decisions(decisions);
        }
    }
}

/// Whether anybody may watch an evaluation on `session`: where nobody does, this is all it costs.
#[inline]
pub(super) fn is_watched<P: Sources>(session: &Session<P>) -> bool {
    cfg!(feature = "metrics")
        || EvaluationSpan::is_wanted()
        || Recording::is_wanted(session.audit_context())
}

/// Watches a decision that is made without async.
#[cold]
pub(super) fn watched_locally<D: Domain, P: Sources>(
    session: &Session<P>,
    request: &Request<'_, D>,
    decide: impl FnOnce() -> Decision,
) -> Decision {
    let (span, recording) =
        (EvaluationSpan::open::<D>(1), Recording::begin(session.audit_context()));
    let slot = [Some(decide())];
    let Request { subject, action, resource, context } = *request;
    let page = recording.end::<D>(&Question { subject, action, context }, 1, (0, 0));
    span.close(0, 0, &slot);
    Ended::new(span, page).tell::<D>(0, &slot, |_| resource, |_| Vec::new());
    decided_locally::<D>(&slot);
    let [decision] = slot;
    decision.unwrap_or(Decision::Deny { by: None })
}
