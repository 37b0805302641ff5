//! Observers that do nothing, for builds without the features `tracing`, `metrics` and `records`. Each
//! module has the shape of the real one.

#![allow(
    clippy::unused_self,
    clippy::extra_unused_type_parameters,
    reason = "the same shape as with the feature"
)]

#[cfg(not(feature = "tracing"))]
pub(crate) mod spans {
    use crate::decision::Decision;
    use crate::observe::answers::Answers;
    use crate::observe::question::AnyQuestion;

    pub(crate) struct EvaluationSpan;

    impl EvaluationSpan {
        #[inline]
        pub(crate) fn is_wanted() -> bool {
            false
        }

        pub(crate) fn open(_question: &dyn AnyQuestion, _resources: usize) -> Self {
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

        pub(crate) fn wants_decisions() -> bool {
            false
        }

        pub(crate) fn emit_decisions(&self, _decisions: &[Option<Decision>]) {}
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

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn statement(_text: &str, _keys: usize) {}
}

#[cfg(not(feature = "metrics"))]
pub(crate) mod metrics {
    use crate::decision::Decision;
    use crate::observe::answers::Answers;
    use crate::observe::question::AnyQuestion;

    pub(crate) struct EvaluationMetrics;

    impl EvaluationMetrics {
        pub(crate) fn open() -> Self {
            Self
        }

        pub(crate) fn close(
            self,
            _question: &dyn AnyQuestion,
            _rounds: usize,
            _decisions: &[Option<Decision>],
        ) {
        }
    }

    pub(crate) fn decided_locally(_question: &dyn AnyQuestion, _decision: &[Option<Decision>; 1]) {}

    pub(crate) struct LoadMetrics;

    impl LoadMetrics {
        pub(crate) fn open(_fact: &'static str, _keys: usize) -> Self {
            Self
        }

        pub(crate) fn close(&self, _answers: &Answers<'_>) {}

        pub(crate) fn end(&self, _error: Option<&'static str>) {}
    }

    #[cfg(feature = "records")]
    pub(crate) fn records_dropped(_records: u64) {}
}

#[cfg(not(feature = "records"))]
pub(crate) mod records {
    use std::marker::PhantomData;

    use crate::decision::Decision;
    use crate::domain::Description;
    use crate::explanation::ConsultedFact;
    use crate::observe::question::AnyQuestion;

    pub(crate) struct AuditContext;

    pub(crate) struct Recording<'s>(PhantomData<&'s ()>);

    pub(crate) struct RecordedPage<'s>(PhantomData<&'s ()>);

    impl<'s> Recording<'s> {
        #[inline]
        pub(crate) fn is_wanted(_context: Option<&AuditContext>) -> bool {
            false
        }

        pub(crate) fn begin(_context: Option<&'s AuditContext>) -> Self {
            Self(PhantomData)
        }

        pub(crate) fn records_facts(&self) -> bool {
            false
        }

        pub(crate) fn end(
            self,
            _question: &dyn AnyQuestion,
            _resources: usize,
            _took: (usize, usize),
        ) -> RecordedPage<'s> {
            RecordedPage(self.0)
        }
    }

    impl RecordedPage<'_> {
        pub(crate) fn is_recorded(&self) -> bool {
            false
        }

        pub(crate) fn record(
            &self,
            _first: usize,
            _decisions: &[Option<Decision>],
            _describe: &dyn Fn(usize) -> Description,
            _facts: &mut dyn FnMut(usize) -> Vec<ConsultedFact>,
        ) {
        }
    }
}
