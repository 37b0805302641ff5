//! How long each row is measured.

use std::time::Duration;

use criterion::Criterion;

/// Short, so that the whole run ends within ten minutes: rows are compared within a run, and the
/// table shows how wide their confidence intervals are.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args()
}
