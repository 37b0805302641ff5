//! Spans and events, with the feature `tracing`; nothing without it.

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::{Empty, display};
    use tracing::level_filters::LevelFilter;
    use tracing::{Instrument, Level, Span};

    use crate::gate::Decision;
    use crate::telemetry::{Answers, domain_name};

    /// Runs `future` inside a span, if anybody wants it.
    async fn within<F: Future>(span: &Span, future: F) -> F::Output {
        if span.is_disabled() {
            return future.await;
        }
        future.instrument(span.clone()).await
    }

    /// The span of one evaluation: how many items, rounds and loads it took, and what came of it.
    pub(crate) struct EvaluationSpan(Span);

    impl EvaluationSpan {
        /// Whether anybody may listen, to the span or to the events in it.
        #[inline]
        pub(crate) fn is_wanted() -> bool {
            Level::INFO <= LevelFilter::current()
        }

        pub(crate) fn open<D: 'static>(items: usize) -> Self {
            Self(tracing::info_span!(
                target: "gatehouse",
                "gatehouse.evaluate",
                otel.name = display(format_args!("evaluate {}", domain_name::<D>())),
                otel.status_code = Empty,
                otel.status_description = Empty,
                gatehouse.domain = domain_name::<D>(),
                gatehouse.items = items,
                gatehouse.rounds = Empty,
                gatehouse.loads = Empty,
                gatehouse.allowed = Empty,
                gatehouse.denied = Empty,
                gatehouse.indeterminate = Empty,
            ))
        }

        pub(crate) async fn within<F: Future>(&self, future: F) -> F::Output {
            within(&self.0, future).await
        }

        pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
            self.0.in_scope(run)
        }

        pub(crate) fn close(self, rounds: usize, loads: usize, decisions: &[Option<Decision>]) {
            if !self.0.is_disabled() {
                self.0.record("gatehouse.rounds", rounds).record("gatehouse.loads", loads);
                self.count(decisions);
            }
            if !tracing::enabled!(target: "gatehouse::decision", tracing::Level::INFO) {
                return;
            }
            let _entered = self.0.enter();
            for decision in decisions.iter().flatten() {
                let by = decision.by().map(|policy| policy.name);
                tracing::info!(
                    target: "gatehouse::decision",
                    { gatehouse.decision = decision.as_str(), gatehouse.policy = by },
                    "decided"
                );
            }
        }

        fn count(&self, decisions: &[Option<Decision>]) {
            let count = |is: fn(&Decision) -> bool| {
                decisions.iter().flatten().filter(|decision| is(decision)).count()
            };
            let indeterminate = count(Decision::is_indeterminate);
            self.0
                .record("gatehouse.allowed", count(Decision::is_allow))
                .record("gatehouse.denied", count(Decision::is_deny))
                .record("gatehouse.indeterminate", indeterminate);
            if indeterminate > 0 {
                // A refusal is an answer. This is none.
                let text = format_args!("{indeterminate} of {} indeterminate", decisions.len());
                self.0.record("otel.status_code", "ERROR");
                self.0.record("otel.status_description", display(text));
            }
        }
    }

    /// The span of one call of a source: the fact, and how many keys it was asked and found.
    pub(crate) struct LoadSpan(Span);

    impl LoadSpan {
        pub(crate) fn open(fact: &'static str, keys: usize) -> Self {
            Self(tracing::info_span!(
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
            ))
        }

        /// Whether anybody listens.
        pub(crate) fn is_wanted(&self) -> bool {
            !self.0.is_disabled()
        }

        pub(crate) async fn within<F: Future>(&self, future: F) -> F::Output {
            within(&self.0, future).await
        }

        pub(crate) fn foreign_keys(&self, keys: usize) {
            let _entered = self.0.enter();
            tracing::warn!(
                target: "gatehouse",
                { gatehouse.keys = keys },
                "a source answered keys that nobody asked for; what it left out failed"
            );
        }

        pub(crate) fn close(&self, answers: &Answers<'_>) {
            let Answers { found, missing, failed, error } = *answers;
            self.0
                .record("gatehouse.found", found)
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
            self.0.record("error.type", kind).record("otel.status_code", "ERROR");
            self.0.record("otel.status_description", display(text));
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
    use crate::gate::Decision;
    use crate::telemetry::Answers;

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

        pub(crate) fn close(self, _rounds: usize, _loads: usize, _decisions: &[Option<Decision>]) {}
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
