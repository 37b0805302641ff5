//! Observation of a gate at work: spans and events with the feature `tracing`, counters and histograms with
//! the feature `metrics`, decision records with the feature `records`. The page `what_telemetry_says` of the
//! documentation lists the names of spans, events and metrics.
//!
//! - `spans`, `metrics`, `records`: one feature each; `off`: their twins that do nothing, for builds without
//!   the feature;
//! - `load`: span and metrics of one call of a source; `answers`: what it reports;
//! - `keys`: names of metrics with their labels, without allocations;
//! - `question`: a question without the types of its domain; `domain_name`: the name of a domain;
//! - `counts`, `coverage`: measurements and coverage for tests, with the feature `testing`.
//!
//! Spans and metrics have counts, and the names of domains, facts and policies; never a key or a value.

mod answers;
#[cfg(feature = "testing")]
pub(crate) mod counts;
#[cfg(feature = "testing")]
pub(crate) mod coverage;
mod domain_name;
#[cfg(feature = "metrics")]
mod keys;
mod load;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(not(all(feature = "tracing", feature = "metrics", feature = "records")))]
mod off;
mod question;
#[cfg(feature = "records")]
pub(crate) mod records;
#[cfg(feature = "tracing")]
mod spans;

pub(crate) use self::answers::Answers;
pub(crate) use self::load::LoadObserver;
#[cfg(feature = "metrics")]
pub use self::metrics::describe_metrics;
pub(crate) use self::metrics::{EvaluationMetrics, decided_locally};
#[cfg(not(feature = "metrics"))]
use self::off::metrics;
#[cfg(not(feature = "records"))]
pub(crate) use self::off::records;
#[cfg(not(feature = "tracing"))]
use self::off::spans;
pub(crate) use self::question::AnyQuestion;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::spans::statement;
pub(crate) use self::spans::{CallerSpan, EvaluationSpan};
