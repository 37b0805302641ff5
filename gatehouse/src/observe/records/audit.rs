//! The recording of an evaluation: where a session records its decisions, and how records are made.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::data::{Decided, DecisionChunk, EvaluationRecord, SessionId};
use super::queue::Reservation;
use super::recorder::Recorder;
use crate::decision::Decision;
use crate::domain::Description;
use crate::explanation::ConsultedFact;
use crate::observe::question::{AnyQuestion, DescribedQuestion};
use crate::unwind::catch;

/// The recorder of a session, and the names of the session and its trace in records.
#[derive(Clone)]
pub(crate) struct AuditContext {
    recorder: Option<Recorder>,
    session: SessionId,
    trace: Option<Arc<str>>,
}

impl AuditContext {
    pub(crate) fn new() -> Self {
        Self { recorder: None, session: SessionId::new(), trace: None }
    }

    pub(crate) fn set_recorder(&mut self, recorder: &Recorder) {
        self.recorder = Some(recorder.clone());
    }

    pub(crate) fn set_trace(&mut self, trace: Arc<str>) {
        self.trace = Some(trace);
    }
}

/// An evaluation that is recorded, if its session has a recorder.
pub(crate) struct Recording<'s>(Option<Started<'s>>);

struct Started<'s> {
    context: &'s AuditContext,
    recorder: &'s Recorder,
    at: Instant,
}

/// A recorded evaluation that is over. Its decisions are recorded a chunk at a time.
pub(crate) struct RecordedPage<'s>(Option<Finished<'s>>);

struct Finished<'s> {
    recorder: &'s Recorder,
    evaluation: Arc<EvaluationRecord>,
}

impl<'s> Recording<'s> {
    /// Whether the session may have a recorder.
    #[inline]
    pub(crate) fn is_wanted(context: Option<&AuditContext>) -> bool {
        context.is_some()
    }

    pub(crate) fn begin(context: Option<&'s AuditContext>) -> Self {
        let begin = |context: &'s AuditContext| {
            let recorder = context.recorder.as_ref()?;
            Some(Started { context, recorder, at: Instant::now() })
        };
        Self(context.and_then(begin))
    }

    /// Whether records have the facts that decisions depend on.
    pub(crate) fn records_facts(&self) -> bool {
        self.0.as_ref().is_some_and(|started| started.recorder.records_facts())
    }

    /// Ends the evaluation, which took `rounds` and `loads` to decide about `resources`.
    pub(crate) fn end(
        self,
        question: &dyn AnyQuestion,
        resources: usize,
        (rounds, loads): (usize, usize),
    ) -> RecordedPage<'s> {
        RecordedPage(self.0.and_then(|started| started.end(question, resources, (rounds, loads))))
    }
}

impl<'s> Started<'s> {
    /// `None`, with the records counted as dropped, if the domain panics while it describes the question.
    fn end(
        self,
        question: &dyn AnyQuestion,
        resources: usize,
        (rounds, loads): (usize, usize),
    ) -> Option<Finished<'s>> {
        let Self { context, recorder, at } = self;
        let duration = at.elapsed();
        let evaluation = || {
            let DescribedQuestion { subject, action, context: described } = question.describe();
            EvaluationRecord {
                time: SystemTime::now(),
                session: context.session,
                trace: context.trace.clone(),
                domain: question.domain(),
                subject,
                action,
                context: described,
                items: resources,
                rounds,
                loads,
                duration,
            }
        };
        let evaluation = catch(evaluation);
        if evaluation.is_none() {
            recorder.sender().count_dropped(resources);
        }
        Some(Finished { recorder, evaluation: Arc::new(evaluation?) })
    }
}

impl RecordedPage<'_> {
    pub(crate) fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Records decisions, beginning with that of resource `first`. `describe` gives the description of a
    /// resource, and `facts` the facts that the decision about it depends on.
    pub(crate) fn record(
        &self,
        first: usize,
        decisions: &[Option<Decision>],
        describe: &dyn Fn(usize) -> Description,
        facts: &mut dyn FnMut(usize) -> Vec<ConsultedFact>,
    ) {
        let Some(Finished { recorder, evaluation }) = &self.0 else { return };
        let reservation = recorder.sender().reserve(decisions.len());
        if reservation.len() == 0 {
            return;
        }
        let decided = |(at, decision): (usize, &Option<Decision>)| {
            let (at, decision) = (first + at, decision.clone()?);
            let facts = if recorder.records_facts() { facts(at) } else { Vec::new() };
            Some(Decided { resource: describe(at), decision, facts })
        };
        let described = decisions.iter().take(reservation.len()).enumerate().filter_map(decided);
        let decided = Vec::with_capacity(reservation.len());
        let mut chunk = DecisionChunk { evaluation: Arc::clone(evaluation), first, decided };
        // The domain's code may panic. Records that are not described yet are dropped then.
        let _ = catch(|| extend(&mut chunk, described, &reservation));
        reservation.send(chunk);
    }
}

/// Adds records to `chunk` until one exceeds the bytes that are left. That record and all after it are
/// dropped: making records only to drop them would cost most where there is least time.
fn extend(
    chunk: &mut DecisionChunk,
    described: impl Iterator<Item = Decided>,
    reservation: &Reservation<'_>,
) {
    let mut left = reservation.bytes();
    for one in described {
        let Some(rest) = left.checked_sub(one.bytes(&chunk.evaluation)) else { return };
        left = rest;
        chunk.decided.push(one);
    }
}
