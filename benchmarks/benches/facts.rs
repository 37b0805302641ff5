//! One check with facts.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Store, document};
use gatehouse_benchmarks::executor::poll_once;
use gatehouse_benchmarks::{by_hand, ours, settings};

fn fresh(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("1 fact, fresh session");
    let store = Arc::new(Store::in_memory());
    let facts = ours::app_facts(&store);
    let doc = document(2);
    assert!(poll_once(by_hand::pages::one_fact(&store, &ANN, &doc)));
    assert!(poll_once(ours::pages::one_fact(&facts, &ANN, &doc)));

    group.bench_function("hand-written", |bench| {
        bench
            .iter(|| poll_once(by_hand::pages::one_fact(&store, black_box(&ANN), black_box(&doc))));
    });
    group.bench_function("gatehouse", |bench| {
        bench.iter(|| poll_once(ours::pages::one_fact(&facts, black_box(&ANN), black_box(&doc))));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = fresh
}
criterion_main!(benches);
