//! Pages of documents with facts from memory, on a fresh session each.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Document, Store, page};
use gatehouse_benchmarks::executor::block_on;
use gatehouse_benchmarks::{by_hand, ours, settings};

fn ids(docs: &[&Document]) -> Vec<u32> {
    docs.iter().map(|doc| doc.id).collect()
}

fn one_fact(criterion: &mut Criterion) {
    let store = Arc::new(Store::in_memory());
    let facts = ours::app_facts(&store);
    for count in [100, 1000, 10_000, 100_000] {
        let docs = page(count);
        let expected = ids(&block_on(by_hand::pages::page(&store, &ANN, &docs)));
        assert_eq!(ids(&block_on(ours::pages::page(&facts, &ANN, &docs))), expected);

        let mut group = criterion.benchmark_group(format!("page of {count}, 1 fact each"));
        group.bench_function("hand-written", |bench| {
            bench.iter(|| block_on(by_hand::pages::page(&store, &ANN, black_box(&docs))));
        });
        group.bench_function("gatehouse", |bench| {
            bench.iter(|| block_on(ours::pages::page(&facts, &ANN, black_box(&docs))));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = one_fact
}
criterion_main!(benches);
