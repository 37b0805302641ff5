//! One check with 1, 4, 16 and 64 rules that need no facts.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse::{Gate, LocalSet, PolicySet, Session};
use gatehouse_benchmarks::data::{ANN, Document, Store, User, document};
use gatehouse_benchmarks::executor::{block_on, poll_once};
use gatehouse_benchmarks::ours::{AppFacts, Documents};
use gatehouse_benchmarks::{by_hand, ours, settings};

fn local<S>(
    criterion: &mut Criterion,
    workload: &str,
    doc: &Document,
    by_hand: fn(&User, &Document) -> bool,
    gate: &Gate<Documents, S>,
) where
    S: PolicySet<Documents, AppFacts> + LocalSet,
{
    let mut group = criterion.benchmark_group(workload);
    let session = Session::new(ours::app_facts(&Arc::new(Store::in_memory())));
    assert!(by_hand(&ANN, doc));
    assert!(ours::local::check_local(gate, &session, &ANN, doc));
    assert!(poll_once(ours::local::check(gate, &session, &ANN, doc)));

    group.bench_function("hand-written", |bench| {
        bench.iter(|| by_hand(black_box(&ANN), black_box(doc)));
    });
    group.bench_function("gatehouse, check_local", |bench| {
        bench.iter(|| ours::local::check_local(gate, &session, black_box(&ANN), black_box(doc)));
    });
    group.bench_function("gatehouse, check", |bench| {
        bench.iter(|| {
            poll_once(ours::local::check(gate, &session, black_box(&ANN), black_box(doc)))
        });
    });
    group.bench_function("gatehouse, check under block_on", |bench| {
        bench
            .iter(|| block_on(ours::local::check(gate, &session, black_box(&ANN), black_box(doc))));
    });
    group.finish();
}

fn workloads(criterion: &mut Criterion) {
    use ours::local::{FOUR, ONE, SIXTEEN, SIXTY_FOUR};
    let owned = Document { owner: ANN.id, ..document(1) };
    local(criterion, "1 local policy", &owned, by_hand::local::one, &ONE);
    // The last policy permits.
    let public = Document { public: true, ..document(1) };
    local(criterion, "4 local policies", &public, by_hand::local::four, &FOUR);
    let labelled = |label| Document { label, ..document(1) };
    local(criterion, "16 local policies", &labelled(12), by_hand::local::sixteen, &SIXTEEN);
    local(criterion, "64 local policies", &labelled(60), by_hand::local::sixty_four, &SIXTY_FOUR);
}

fn runtime(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an empty async fn");
    group.bench_function("polled once", |bench| bench.iter(|| poll_once(black_box(async {}))));
    group.bench_function("block_on", |bench| bench.iter(|| block_on(black_box(async {}))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = runtime, workloads
}
criterion_main!(benches);
