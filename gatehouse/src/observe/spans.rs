//! Spans and events, with the feature `tracing`.

use std::pin::Pin;
use std::task::{Context, Poll};

use tracing::field::{Empty, display};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Span};

use super::answers::Answers;
use super::question::AnyQuestion;
use crate::decision::Decision;

/// A future that is pinned elsewhere, polled inside a span.
///
/// A type and not an `async fn`: without a listener it must cost no more than the future itself.
struct Within<'s, F> {
    span: Option<&'s Span>,
    future: F,
}

impl<F: Future + Unpin> Future for Within<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.span.map(Span::enter);
        Pin::new(&mut self.future).poll(cx)
    }
}

/// Whether a subscriber may listen to spans or events.
#[inline]
fn is_wanted() -> bool {
    Level::INFO <= LevelFilter::current()
}

/// The span, if somebody listens. Boxed, because the observer is moved, and most have no span.
#[inline]
fn open(span: impl FnOnce() -> Span) -> Option<Box<Span>> {
    if !is_wanted() {
        return None;
    }
    Some(span()).filter(|span| !span.is_disabled()).map(Box::new)
}

/// The span of one evaluation: the numbers of its resources, rounds, loads and decisions.
pub(crate) struct EvaluationSpan(Option<Box<Span>>);

impl EvaluationSpan {
    /// Whether a subscriber may listen to the span or to the events in it.
    #[inline]
    pub(crate) fn is_wanted() -> bool {
        is_wanted()
    }

    #[inline]
    pub(crate) fn open(question: &dyn AnyQuestion, resources: usize) -> Self {
        Self(open(|| Self::span(question.domain(), resources)))
    }

    #[cold]
    fn span(domain: &'static str, resources: usize) -> Span {
        tracing::info_span!(
            target: "gatehouse",
            "gatehouse.evaluate",
            otel.name = display(format_args!("evaluate {domain}")),
            otel.status_code = Empty,
            otel.status_description = Empty,
            gatehouse.domain = domain,
            gatehouse.items = resources,
            gatehouse.rounds = Empty,
            gatehouse.loads = Empty,
            gatehouse.allowed = Empty,
            gatehouse.denied = Empty,
            gatehouse.indeterminate = Empty,
        )
    }

    #[inline]
    pub(crate) fn within<F: Future + Unpin>(&self, future: F) -> impl Future<Output = F::Output> {
        Within { span: self.0.as_deref(), future }
    }

    pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        let _entered = self.0.as_deref().map(Span::enter);
        run()
    }

    #[inline]
    pub(crate) fn close(&self, rounds: usize, loads: usize, decisions: &[Option<Decision>]) {
        if let Some(span) = &self.0 {
            span.record("gatehouse.rounds", rounds).record("gatehouse.loads", loads);
            count(span, decisions);
        }
    }

    /// Whether a subscriber listens to each decision.
    #[inline]
    pub(crate) fn wants_decisions() -> bool {
        is_wanted() && tracing::enabled!(target: "gatehouse::decision", tracing::Level::INFO)
    }

    /// Sends an event for each decision.
    pub(crate) fn emit_decisions(&self, decisions: &[Option<Decision>]) {
        let _entered = self.0.as_deref().map(Span::enter);
        for decision in decisions.iter().flatten() {
            let by = decision.by().map(|policy| policy.name);
            tracing::info!(
                target: "gatehouse::decision",
                { gatehouse.decision = decision.as_str(), gatehouse.policy = by },
                "decided"
            );
        }
    }
}

fn count(span: &Span, decisions: &[Option<Decision>]) {
    let count = |is: fn(&Decision) -> bool| {
        decisions.iter().flatten().filter(|decision| is(decision)).count()
    };
    let indeterminate = count(Decision::is_indeterminate);
    span.record("gatehouse.allowed", count(Decision::is_allow))
        .record("gatehouse.denied", count(Decision::is_deny))
        .record("gatehouse.indeterminate", indeterminate);
    if indeterminate > 0 {
        // A denial is an answer. An indeterminate decision is none, and so an error.
        let text = format_args!("{indeterminate} of {} indeterminate", decisions.len());
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", display(text));
    }
}

/// The span of one call of a source: the fact, and the numbers of its keys and answers.
pub(crate) struct LoadSpan(Option<Box<Span>>);

impl LoadSpan {
    #[inline]
    pub(crate) fn open(fact: &'static str, keys: usize) -> Self {
        Self(open(|| Self::span(fact, keys)))
    }

    #[cold]
    fn span(fact: &'static str, keys: usize) -> Span {
        tracing::info_span!(
            target: "gatehouse",
            "gatehouse.load",
            otel.name = display(format_args!("load {fact}")),
            otel.status_code = Empty,
            otel.status_description = Empty,
            error.type = Empty,
            gatehouse.fact = fact,
            gatehouse.keys = keys,
            gatehouse.found = Empty,
            gatehouse.missing = Empty,
            gatehouse.failed = Empty,
        )
    }

    /// Whether somebody listens.
    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    #[inline]
    pub(crate) fn within<F: Future + Unpin>(&self, future: F) -> impl Future<Output = F::Output> {
        Within { span: self.0.as_deref(), future }
    }

    pub(crate) fn foreign_keys(&self, keys: usize) {
        let _entered = self.0.as_deref().map(Span::enter);
        tracing::warn!(
            target: "gatehouse",
            { gatehouse.keys = keys },
            "a source answered keys that nobody asked for; what it left out failed"
        );
    }

    pub(crate) fn close(&self, answers: &Answers<'_>) {
        let Some(span) = &self.0 else { return };
        let Answers { found, missing, failed, error } = *answers;
        span.record("gatehouse.found", found)
            .record("gatehouse.missing", missing)
            .record("gatehouse.failed", failed);
        if let Some(error) = error {
            self.fail(error.kind(), &error);
        }
    }

    /// Reports a load that ended without an answer.
    pub(crate) fn end(&self, kind: &'static str) {
        self.fail(kind, &"the load was given up");
    }

    fn fail(&self, kind: &'static str, text: &dyn std::fmt::Display) {
        let Some(span) = &self.0 else { return };
        span.record("error.type", kind).record("otel.status_code", "ERROR");
        span.record("otel.status_description", display(text));
    }
}

/// The span of a caller, for work that is done for the caller elsewhere.
pub(crate) struct CallerSpan(Span);

impl CallerSpan {
    pub(crate) fn current() -> Self {
        Self(Span::current())
    }

    pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        self.0.in_scope(run)
    }
}

/// Reports the text of a statement, which has no keys and no values in it.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn statement(text: &str, keys: usize) {
    tracing::trace!(
        target: "gatehouse::statement",
        { db.query.text = text, gatehouse.keys = keys },
        "statement"
    );
}
