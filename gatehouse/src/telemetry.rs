//! Spans and events, with the feature `tracing`; nothing without it.
//!
//! At level `info` there are counts and names of facts and policies, never a key or a value.

use crate::fact::{FactError, FactResult};
use crate::gate::Decision;

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;
    use tracing::{Instrument, Span};

    use super::{Decision, FactError, FactResult};

    /// The span of one evaluation: how many items, rounds and loads it took.
    pub(crate) struct EvaluationSpan(Span);

    impl EvaluationSpan {
        pub(crate) fn open(items: usize) -> Self {
            Self(tracing::info_span!(
                target: "gatehouse", "gatehouse.evaluate", items, rounds = Empty, loads = Empty
            ))
        }

        pub(crate) async fn within<F: Future>(&self, future: F) -> F::Output {
            if self.0.is_disabled() {
                return future.await;
            }
            future.instrument(self.0.clone()).await
        }

        pub(crate) fn close(self, rounds: usize, loads: usize, decisions: &[Option<Decision>]) {
            self.0.record("rounds", rounds).record("loads", loads);
            if !tracing::enabled!(target: "gatehouse::decision", tracing::Level::INFO) {
                return;
            }
            let _entered = self.0.enter();
            for decision in decisions.iter().flatten() {
                let by = decision.by().map(|policy| policy.name);
                let decision = decision.as_str();
                tracing::info!(target: "gatehouse::decision", decision, by);
            }
        }
    }

    /// The span of one call of a source: the fact, and how many keys it was asked and found.
    pub(crate) struct LoadSpan(Span);

    impl LoadSpan {
        pub(crate) fn open(fact: &'static str, keys: usize) -> Self {
            Self(tracing::info_span!(
                target: "gatehouse", "gatehouse.load", fact, keys,
                found = Empty, missing = Empty, failed = Empty, error = Empty
            ))
        }

        pub(crate) async fn within<F: Future>(&self, future: F) -> F::Output {
            if self.0.is_disabled() {
                return future.await;
            }
            future.instrument(self.0.clone()).await
        }

        pub(crate) fn foreign_keys(&self, keys: usize) {
            let _entered = self.0.enter();
            tracing::warn!(target: "gatehouse", keys, "a source answered keys that nobody asked for; dropped");
        }

        /// Of a load of so many keys.
        pub(crate) fn close<V>(self, keys: usize, answer: &Result<Vec<FactResult<V>>, FactError>) {
            if self.0.is_disabled() {
                return;
            }
            let results = match answer {
                Ok(results) => results.as_slice(),
                Err(error) => return self.count(0, 0, keys, Some(error)),
            };
            let found = results.iter().filter(|result| matches!(result, Ok(Some(_)))).count();
            let missing = results.iter().filter(|result| matches!(result, Ok(None))).count();
            let error = results.iter().find_map(|result| result.as_ref().err());
            self.count(found, missing, results.len() - found - missing, error);
        }

        fn count(self, found: usize, missing: usize, failed: usize, error: Option<&FactError>) {
            self.0.record("found", found).record("missing", missing);
            if let Some(error) = error {
                self.0.record("failed", failed);
                self.0.record("error", tracing::field::display(error));
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(clippy::unused_self, reason = "the same shape as with the feature")]
mod off {
    use super::{Decision, FactError, FactResult};

    pub(crate) struct EvaluationSpan;

    impl EvaluationSpan {
        pub(crate) fn open(_items: usize) -> Self {
            Self
        }

        pub(crate) fn within<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) fn close(self, _rounds: usize, _loads: usize, _decisions: &[Option<Decision>]) {}
    }

    pub(crate) struct LoadSpan;

    impl LoadSpan {
        pub(crate) fn open(_fact: &'static str, _keys: usize) -> Self {
            Self
        }

        pub(crate) fn within<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) fn foreign_keys(&self, _keys: usize) {}

        pub(crate) fn close<V>(
            self,
            _keys: usize,
            _answer: &Result<Vec<FactResult<V>>, FactError>,
        ) {
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{EvaluationSpan, LoadSpan};
#[cfg(feature = "tracing")]
pub(crate) use on::{EvaluationSpan, LoadSpan};
