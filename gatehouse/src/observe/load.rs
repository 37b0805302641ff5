//! The observer of one call of a source. It reports the end of the call, however the call ends.

use super::answers::Answers;
use super::metrics::LoadMetrics;
use super::spans::LoadSpan;

/// The span and the metrics of one call of a source.
pub(crate) struct LoadObserver {
    span: LoadSpan,
    metrics: LoadMetrics,
    is_over: bool,
}

impl LoadObserver {
    pub(crate) fn open(fact: &'static str, keys: usize) -> Self {
        let (span, metrics) = (LoadSpan::open(fact, keys), LoadMetrics::open(fact, keys));
        Self { span, metrics, is_over: false }
    }

    pub(crate) fn within<F: Future + Unpin>(&self, future: F) -> impl Future<Output = F::Output> {
        self.span.within(future)
    }

    pub(crate) fn foreign_keys(&self, keys: usize) {
        self.span.foreign_keys(keys);
    }

    /// Ends the observation. `answers` counts the answers, and is called only if somebody listens.
    pub(crate) fn close<'r>(mut self, answers: impl FnOnce() -> Answers<'r>) {
        self.is_over = true;
        if !cfg!(feature = "metrics") && !self.span.is_wanted() {
            return;
        }
        let answers = answers();
        self.span.close(&answers);
        self.metrics.close(&answers);
    }
}

/// Reports a load that ends without an answer: its source panicked, or the load was dropped.
impl Drop for LoadObserver {
    fn drop(&mut self) {
        if !self.is_over {
            let kind = if std::thread::panicking() { "panic" } else { "abandoned" };
            self.span.end(kind);
            self.metrics.end(Some(kind));
        }
    }
}
