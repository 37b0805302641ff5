//! Spans and events, with the feature `tracing`; nothing without it.

#[cfg(feature = "tracing")]
mod on {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tracing::field::{Empty, display};
    use tracing::level_filters::LevelFilter;
    use tracing::{Level, Span};

    use crate::decision::Decision;
    use crate::observe::{Answers, domain_name};

    /// A future that is pinned elsewhere, polled inside a span.
    ///
    /// No `async fn`: where nobody listens it is to cost no more than the future itself.
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

    /// Whether anybody may listen, to a span or to an event.
    #[inline]
    fn is_wanted() -> bool {
        Level::INFO <= LevelFilter::current()
    }

    /// The span, if anybody listens. In a box: what is seldom there is moved about with all that is
    /// watched.
    #[inline]
    fn open(span: impl FnOnce() -> Span) -> Option<Box<Span>> {
        if !is_wanted() {
            return None;
        }
        Some(span()).filter(|span| !span.is_disabled()).map(Box::new)
    }

    /// The span of one evaluation: how many items, rounds and loads it took, and what came of it.
    pub(crate) struct EvaluationSpan(Option<Box<Span>>);

    impl EvaluationSpan {
        /// Whether anybody may listen, to the span or to the events in it.
        #[inline]
        pub(crate) fn is_wanted() -> bool {
            is_wanted()
        }

        #[inline]
        pub(crate) fn open<D: 'static>(items: usize) -> Self {
            Self(open(|| Self::span(domain_name::<D>(), items)))
        }

        #[cold]
        fn span(domain: &'static str, items: usize) -> Span {
            tracing::info_span!(
                target: "gatehouse",
                "gatehouse.evaluate",
                otel.name = display(format_args!("evaluate {domain}")),
                otel.status_code = Empty,
                otel.status_description = Empty,
                gatehouse.domain = domain,
                gatehouse.items = items,
                gatehouse.rounds = Empty,
                gatehouse.loads = Empty,
                gatehouse.allowed = Empty,
                gatehouse.denied = Empty,
                gatehouse.indeterminate = Empty,
            )
        }

        #[inline]
        pub(crate) fn within<F: Future + Unpin>(
            &self,
            future: F,
        ) -> impl Future<Output = F::Output> {
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

        /// Whether anybody listens to each decision.
        #[inline]
        pub(crate) fn tells_decisions() -> bool {
            is_wanted() && tracing::enabled!(target: "gatehouse::decision", tracing::Level::INFO)
        }

        /// Tells each decision.
        pub(crate) fn tell(&self, decisions: &[Option<Decision>]) {
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
            // A refusal is an answer. This is none.
            let text = format_args!("{indeterminate} of {} indeterminate", decisions.len());
            span.record("otel.status_code", "ERROR");
            span.record("otel.status_description", display(text));
        }
    }

    /// The span of one call of a source: the fact, and how many keys it was asked and found.
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

        /// Whether anybody listens.
        #[inline]
        pub(crate) fn is_wanted(&self) -> bool {
            self.0.is_some()
        }

        #[inline]
        pub(crate) fn within<F: Future + Unpin>(
            &self,
            future: F,
        ) -> impl Future<Output = F::Output> {
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

        /// The load ended without an answer.
        pub(crate) fn end(&self, kind: &'static str) {
            self.fail(kind, &"the load was given up");
        }

        fn fail(&self, kind: &'static str, text: &dyn std::fmt::Display) {
            let Some(span) = &self.0 else { return };
            span.record("error.type", kind).record("otel.status_code", "ERROR");
            span.record("otel.status_description", display(text));
        }
    }

    /// The span in which something was asked for, for what is done of it elsewhere.
    pub(crate) struct CallerSpan(Span);

    impl CallerSpan {
        pub(crate) fn current() -> Self {
            Self(Span::current())
        }

        pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
            self.0.in_scope(run)
        }
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(
    clippy::unused_self,
    clippy::extra_unused_type_parameters,
    reason = "the same shape as with the feature"
)]
mod off {
    use crate::decision::Decision;
    use crate::observe::Answers;

    pub(crate) struct EvaluationSpan;

    impl EvaluationSpan {
        #[inline]
        pub(crate) fn is_wanted() -> bool {
            false
        }

        pub(crate) fn open<D>(_items: usize) -> Self {
            Self
        }

        pub(crate) fn within<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
            run()
        }

        pub(crate) fn close(&self, _rounds: usize, _loads: usize, _decisions: &[Option<Decision>]) {
        }

        pub(crate) fn tells_decisions() -> bool {
            false
        }

        pub(crate) fn tell(&self, _decisions: &[Option<Decision>]) {}
    }

    pub(crate) struct LoadSpan;

    impl LoadSpan {
        pub(crate) fn open(_fact: &'static str, _keys: usize) -> Self {
            Self
        }

        pub(crate) fn is_wanted(&self) -> bool {
            false
        }

        pub(crate) fn within<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) fn foreign_keys(&self, _keys: usize) {}

        pub(crate) fn close(&self, _answers: &Answers<'_>) {}

        pub(crate) fn end(&self, _kind: &'static str) {}
    }

    pub(crate) struct CallerSpan;

    impl CallerSpan {
        pub(crate) fn current() -> Self {
            Self
        }

        pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
            run()
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{CallerSpan, EvaluationSpan, LoadSpan};
#[cfg(feature = "tracing")]
pub(crate) use on::{CallerSpan, EvaluationSpan, LoadSpan};
