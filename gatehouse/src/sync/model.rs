//! How every model is run: to the end, and with the number of executions printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Explores `body` under every interleaving with at most `bound` preemptions (all, if `None`).
///
/// No cap on permutations or time is set, whatever the environment says: a model that comes back
/// was explored whole, and says so.
pub(crate) fn explore(name: &str, bound: Option<usize>, body: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&executions);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = bound;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.max_branches = 20_000;
    builder.checkpoint_file = None;
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        body();
    });
    let bound =
        bound.map_or_else(|| "exhaustive".into(), |bound| format!("preemption bound {bound}"));
    println!("loom: {name}: completed, {} executions, {bound}", executions.load(Ordering::Relaxed));
}
