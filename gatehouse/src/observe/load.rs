//! One call of a source, watched to its end, whichever that is.

use super::{LoadMetrics, LoadSpan};
use crate::fact::FactError;

/// What is watched of one call of a source.
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

    /// The load is over; `answers` counts its answers, if anybody wants to know.
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

/// A load that ends without an answer: its source panicked, or nobody waits for it any more.
impl Drop for LoadObserver {
    fn drop(&mut self) {
        if !self.is_over {
            let kind = if std::thread::panicking() { "panic" } else { "abandoned" };
            self.span.end(kind);
            self.metrics.end(Some(kind));
        }
    }
}

/// What a load came to, counted.
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "nobody is told"))]
pub(crate) struct Answers<'r> {
    pub(crate) found: usize,
    pub(crate) missing: usize,
    pub(crate) failed: usize,
    /// Why the first that failed did.
    pub(crate) error: Option<&'r FactError>,
}
