//! A page of 100 documents from a store that takes a millisecond for each call: round trips count.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Store, page};
use gatehouse_benchmarks::executor;
use gatehouse_benchmarks::peers::{data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, side_by_side};
use gatehouse_benchmarks::{by_hand, ours};

fn store() -> Arc<Store> {
    Arc::new(Store::in_memory().with_latency(Duration::from_millis(1)))
}

fn five_facts(criterion: &mut Criterion) {
    let store = &store();
    let facts = ours::app_facts(store);
    let (checker, registry) =
        (predecessor::pages::five_facts(), predecessor::facts::registry(store));
    let tokio = &executor::tokio();
    let docs = &page(100);
    let docs = || black_box(docs.as_slice());
    side_by_side(
        criterion,
        "page of 100, 5 fact types, 1 ms source",
        vec![
            (
                settings::BY_HAND,
                Box::new(|| tokio.block_on(by_hand::pages::five_fact_page(store, &ANN, docs()))),
            ),
            (
                settings::OURS,
                Box::new(|| {
                    tokio.block_on(ours::pages::page(
                        &ours::pages::FIVE_FACTS,
                        &facts,
                        &ANN,
                        docs(),
                    ))
                }),
            ),
            (
                settings::PREDECESSOR,
                Box::new(|| {
                    tokio.block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))
                }),
            ),
            (
                settings::LOADER,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        let check = |doc| data_loader::five_facts(&request, &ANN, doc);
                        data_loader::page(docs(), check).await
                    })
                }),
            ),
        ],
    );
}

fn dependent_facts(criterion: &mut Criterion) {
    let store = &store();
    let facts = ours::app_facts(store);
    let registry = predecessor::facts::registry(store);
    let (checker, batched) =
        (predecessor::pages::dependent(), predecessor::pages::dependent_batched());
    let tokio = &executor::tokio();
    let docs = &page(100);
    let docs = || black_box(docs.as_slice());
    side_by_side(
        criterion,
        "page of 100, 2 dependent facts, 1 ms source",
        vec![
            (
                settings::BY_HAND,
                Box::new(|| tokio.block_on(by_hand::pages::dependent_page(store, &ANN, docs()))),
            ),
            (
                settings::OURS,
                Box::new(|| {
                    tokio.block_on(ours::pages::page(&ours::pages::DEPENDENT, &facts, &ANN, docs()))
                }),
            ),
            (
                settings::PREDECESSOR,
                Box::new(|| {
                    tokio.block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))
                }),
            ),
            (
                settings::PREDECESSOR_BATCHED,
                Box::new(|| {
                    tokio.block_on(predecessor::pages::page(&batched, &registry, &ANN, docs()))
                }),
            ),
            (
                settings::LOADER,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        let check = |doc| data_loader::dependent(&request, &ANN, doc);
                        data_loader::page(docs(), check).await
                    })
                }),
            ),
        ],
    );
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = five_facts, dependent_facts
}
criterion_main!(benches);
