//! What a session knows of its records, and how they are taken.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::data::{Decided, EvaluationRecord, SessionId, Stretch};
use super::queue::Room;
use super::recorder::Recorder;
use crate::decision::Decision;
use crate::domain::{Domain, Question};
use crate::explanation::ConsultedFact;
use crate::observe::domain_name;
use crate::session::Session;
use crate::session::Sources;
use crate::unwind::catch;

/// Where the decisions of a session are recorded, and under which names.
#[derive(Clone)]
pub(crate) struct Trail {
    recorder: Option<Recorder>,
    session: SessionId,
    trace: Option<Arc<str>>,
}

impl<P: Sources> Session<P> {
    /// Has every decision recorded, with what the [`Domain`] says of it.
    ///
    /// It holds for this handle and for clones made from it later. A session without a recorder pays
    /// nothing. See [`Recorder`] for an example.
    #[must_use]
    pub fn with_recorder(mut self, recorder: &Recorder) -> Self {
        self.trail_mut().recorder = Some(recorder.clone());
        self
    }

    /// Says which trace the request belongs to: its records name it. Like
    /// [`with_recorder`](Self::with_recorder), for this handle and clones made from it later.
    #[must_use]
    pub fn with_trace_id(mut self, trace: impl Into<Arc<str>>) -> Self {
        self.trail_mut().trace = Some(trace.into());
        self
    }

    fn trail_mut(&mut self) -> &mut Trail {
        let new = || Trail { recorder: None, session: SessionId::new(), trace: None };
        Arc::make_mut(self.trail.get_or_insert_with(|| Arc::new(new())))
    }
}

/// An evaluation that is recorded, if its session has a recorder.
pub(crate) struct Recording<'s>(Option<Begun<'s>>);

struct Begun<'s> {
    trail: &'s Trail,
    recorder: &'s Recorder,
    started: Instant,
}

/// A recorded evaluation that is over: its decisions are recorded a stretch at a time.
pub(crate) struct Page<'s>(Option<Ended<'s>>);

struct Ended<'s> {
    recorder: &'s Recorder,
    evaluation: Arc<EvaluationRecord>,
}

impl<'s> Recording<'s> {
    /// Whether the session may have a recorder.
    #[inline]
    pub(crate) fn is_wanted<P: Sources>(session: &Session<P>) -> bool {
        session.trail.is_some()
    }

    pub(crate) fn begin<P: Sources>(session: &'s Session<P>) -> Self {
        let begin = |trail: &'s Trail| {
            let recorder = trail.recorder.as_ref()?;
            Some(Begun { trail, recorder, started: Instant::now() })
        };
        Self(session.trail.as_deref().and_then(begin))
    }

    /// Whether records say on which facts decisions depend.
    pub(crate) fn notes_facts(&self) -> bool {
        self.0.as_ref().is_some_and(|begun| begun.recorder.notes_facts())
    }

    /// The evaluation took `rounds` and `loads` to decide about `items`.
    pub(crate) fn end<D: Domain>(
        self,
        asked: &Question<'_, D>,
        items: usize,
        (rounds, loads): (usize, usize),
    ) -> Page<'s> {
        Page(self.0.and_then(|begun| begun.end(asked, items, (rounds, loads))))
    }
}

impl<'s> Begun<'s> {
    /// `None`, and the records dropped, if the domain panics when it describes who asks for what.
    fn end<D: Domain>(
        self,
        asked: &Question<'_, D>,
        items: usize,
        (rounds, loads): (usize, usize),
    ) -> Option<Ended<'s>> {
        let Self { trail, recorder, started } = self;
        let duration = started.elapsed();
        let evaluation = || EvaluationRecord {
            time: SystemTime::now(),
            session: trail.session,
            trace: trail.trace.clone(),
            domain: domain_name::<D>(),
            subject: D::describe_subject(asked.subject),
            action: D::describe_action(asked.action),
            context: D::describe_context(asked.context),
            items,
            rounds,
            loads,
            duration,
        };
        let evaluation = catch(evaluation);
        if evaluation.is_none() {
            recorder.intake().lose(items);
        }
        Some(Ended { recorder, evaluation: Arc::new(evaluation?) })
    }
}

impl Page<'_> {
    pub(crate) fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Records decisions, from that of item `first` on. `facts` says on which facts a decision about
    /// an item depends.
    pub(crate) fn record<'i, D: Domain>(
        &self,
        first: usize,
        decisions: &[Option<Decision>],
        resource: impl Fn(usize) -> &'i D::Resource,
        mut facts: impl FnMut(usize) -> Vec<ConsultedFact>,
    ) where
        D::Resource: 'i,
    {
        let Some(Ended { recorder, evaluation }) = &self.0 else { return };
        let room = recorder.intake().reserve(decisions.len());
        if room.len() == 0 {
            return;
        }
        let describe = |(at, decision): (usize, &Option<Decision>)| {
            let (at, decision) = (first + at, decision.clone()?);
            let facts = if recorder.notes_facts() { facts(at) } else { Vec::new() };
            Some(Decided { resource: D::describe_resource(resource(at)), decision, facts })
        };
        let described = decisions.iter().take(room.len()).enumerate().filter_map(describe);
        let decided = Vec::with_capacity(room.len());
        let mut stretch = Stretch { evaluation: Arc::clone(evaluation), first, decided };
        // The domain's code may panic: what was not described is dropped then.
        let _ = catch(|| extend(&mut stretch, described, &room));
        room.fill(stretch);
    }
}

/// Adds records to `stretch` as long as there is room for their bytes. One that is too large is dropped,
/// and so is what comes after it: to make that only to drop it would cost most where there is least time.
fn extend(stretch: &mut Stretch, described: impl Iterator<Item = Decided>, room: &Room<'_>) {
    let mut left = room.bytes();
    for one in described {
        let Some(rest) = left.checked_sub(one.bytes(&stretch.evaluation)) else { return };
        left = rest;
        stretch.decided.push(one);
    }
}
