//! How long each row is measured, and what the columns are called.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

/// The workload, and the columns of it, in which a runtime runs nothing.
pub const EMPTY: &str = "an empty async block";
/// A future that is ready at its first poll, polled once.
pub const POLLED: &str = "polled once";
/// The same under an executor that could wait.
pub const BLOCKED: &str = "under block_on";

/// By hand, written for this very question.
pub const BY_HAND: &str = "hand-written";
/// By hand, without batches: one key, one row.
pub const BY_HAND_SINGLE: &str = "hand-written, one row";
/// By hand, on all cores.
pub const BY_HAND_PARALLEL: &str = "hand-written, rayon";
/// By hand, with the promises of a session: shared, cancelled, and a panic is an error.
pub const BY_HAND_SHARED: &str = "hand-written, shared";
/// This repository's.
pub const OURS: &str = "gatehouse";
/// Without async.
pub const OURS_LOCAL: &str = "gatehouse, check_local";
/// Under an executor that could wait.
pub const OURS_BLOCKED: &str = "gatehouse, under block_on";
/// In an application that knows one fact; elsewhere it knows ten.
pub const OURS_SMALL: &str = "gatehouse, sources of 1 fact";
/// A check without an explanation.
pub const OURS_CHECK: &str = "gatehouse, check alone";
/// The library of the registry.
pub const PREDECESSOR: &str = "gatehouse 0.6.0";
/// The library of the registry, with batching by hand in its policy.
pub const PREDECESSOR_BATCHED: &str = "gatehouse 0.6.0, batched by hand";
pub const CEDAR: &str = "Cedar";
pub const CASBIN: &str = "Casbin";
pub const REGORUS: &str = "Regorus";
/// The data loader of async-graphql, asked once for each item.
pub const LOADER: &str = "DataLoader";
/// The data loader of async-graphql, asked once for the page.
pub const LOADER_AT_ONCE: &str = "DataLoader, asked once";

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

/// Measures one column of a workload.
pub fn column<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut run: impl FnMut() -> T) {
    group.bench_function(name, |bench| bench.iter(&mut run));
}

/// Who answers a workload, and how.
pub type Column<'a, T> = (&'static str, Box<dyn FnMut() -> T + 'a>);

/// Measures all columns of a workload, once they have been seen to give the same answer.
///
/// # Panics
/// If they do not.
pub fn side_by_side<T: PartialEq + std::fmt::Debug>(
    criterion: &mut Criterion,
    workload: &str,
    mut columns: Vec<Column<'_, T>>,
) {
    let answers: Vec<T> = columns.iter_mut().map(|(_, run)| run()).collect();
    for ((name, _), answer) in columns.iter().zip(&answers) {
        assert_eq!(*answer, answers[0], "{workload}: {name} beside {}", columns[0].0);
    }
    let mut group = criterion.benchmark_group(workload);
    for (name, run) in columns {
        column(&mut group, name, run);
    }
}
