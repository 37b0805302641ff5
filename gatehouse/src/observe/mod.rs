//! What can be watched of a gate at work: spans and events with the feature `tracing`, counters and
//! histograms with the feature `metrics`, nothing without. The page `telemetry` of the documentation
//! lists their names.
//!
//! - `spans`, `metrics`: each with a twin that does nothing, for builds without the feature;
//! - `keys`: names of metrics with their labels, without allocating;
//! - `load`: both for one call of a source.
//!
//! There are counts and names of domains, facts and policies; never a key or a value.

#[cfg(feature = "metrics")]
mod keys;
mod load;
mod metrics;
#[cfg(feature = "records")]
pub(crate) mod records;
#[cfg(not(feature = "records"))]
#[path = "records/off.rs"]
pub(crate) mod records;
mod spans;

pub(crate) use self::load::{Answers, LoadObserver};
use self::metrics::LoadMetrics;
#[cfg(feature = "metrics")]
pub use self::metrics::describe_metrics;
#[cfg(feature = "records")]
pub(crate) use self::metrics::records_dropped;
pub(crate) use self::metrics::{EvaluationMetrics, decided_locally};
use self::spans::LoadSpan;
pub(crate) use self::spans::{CallerSpan, EvaluationSpan};

/// The name of a domain's type, without its modules.
#[cfg(any(feature = "tracing", feature = "metrics", feature = "records"))]
pub(crate) fn domain_name<D: 'static>() -> &'static str {
    let name = std::any::type_name::<D>();
    // Not in what stands in `<…>`, which has modules of its own.
    let end = name.find('<').unwrap_or(name.len());
    name[..end].rfind("::").map_or(name, |at| &name[at + 2..])
}

#[cfg(test)]
mod tests {
    #[cfg(any(feature = "tracing", feature = "metrics", feature = "records"))]
    #[test]
    fn a_domain_is_named_without_its_modules() {
        struct Plain;
        struct Of<T>(std::marker::PhantomData<T>);
        assert_eq!(super::domain_name::<Plain>(), "Plain");
        assert!(super::domain_name::<Of<Plain>>().starts_with("Of<"));
    }
}
