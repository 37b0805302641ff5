//! Pages of documents with facts from memory, on a fresh session each.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Document, Store, page, page_of_few_orgs, page_with_public};
use gatehouse_benchmarks::executor::{self, block_on};
use gatehouse_benchmarks::peers::{data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, side_by_side};
use gatehouse_benchmarks::{by_hand, ours};

/// Rules that load nothing, over many documents: what more threads could save at most.
fn local(criterion: &mut Criterion) {
    let store = &Arc::new(Store::in_memory());
    let facts = ours::app_facts(store);
    let (checker, registry) =
        (predecessor::local::four_and(0), predecessor::facts::registry(store));
    for count in [1000, 100_000] {
        let docs = &page_with_public(count);
        let docs = || black_box(docs.as_slice());
        side_by_side(
            criterion,
            &format!("page of {count}, 4 local policies"),
            vec![
                (settings::BY_HAND, Box::new(|| by_hand::local::page(&ANN, docs()))),
                (
                    settings::BY_HAND_PARALLEL,
                    Box::new(|| by_hand::local::page_in_parallel(&ANN, docs())),
                ),
                (
                    settings::OURS,
                    Box::new(|| {
                        block_on(ours::pages::page(&ours::local::FOUR, &facts, &ANN, docs()))
                    }),
                ),
                (
                    settings::PREDECESSOR,
                    Box::new(|| {
                        block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))
                    }),
                ),
            ],
        );
    }
}

const SIZES: [u32; 4] = [100, 1000, 10_000, 100_000];

fn one_fact(criterion: &mut Criterion, workload: &str, docs: &[Document]) {
    let store = &Arc::new(Store::in_memory());
    let facts = ours::app_facts(store);
    let (checker, registry) = (predecessor::pages::one_fact(), predecessor::facts::registry(store));
    let tokio = &executor::tokio();
    let docs = || black_box(docs);
    side_by_side(
        criterion,
        workload,
        vec![
            (settings::BY_HAND, Box::new(|| block_on(by_hand::pages::page(store, &ANN, docs())))),
            (
                settings::OURS,
                Box::new(|| {
                    block_on(ours::pages::page(&ours::pages::ONE_FACT, &facts, &ANN, docs()))
                }),
            ),
            (
                settings::PREDECESSOR,
                Box::new(|| block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))),
            ),
            (
                settings::LOADER,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        let check = |doc| data_loader::one_fact(&request, &ANN, doc);
                        data_loader::page(docs(), check).await
                    })
                }),
            ),
            (
                settings::LOADER_AT_ONCE,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        data_loader::page_at_once(&request, &ANN, docs()).await
                    })
                }),
            ),
        ],
    );
}

fn one_fact_each(criterion: &mut Criterion) {
    for count in SIZES {
        one_fact(criterion, &format!("page of {count}, 1 fact each"), &page(count));
    }
}

fn few_keys(criterion: &mut Criterion) {
    for count in SIZES {
        let workload = format!("page of {count}, 90 % duplicate keys");
        one_fact(criterion, &workload, &page_of_few_orgs(count));
    }
}

fn five_facts(criterion: &mut Criterion) {
    let store = &Arc::new(Store::in_memory());
    let facts = ours::app_facts(store);
    let (checker, registry) =
        (predecessor::pages::five_facts(), predecessor::facts::registry(store));
    let tokio = &executor::tokio();
    for count in SIZES {
        let docs = &page(count);
        let docs = || black_box(docs.as_slice());
        side_by_side(
            criterion,
            &format!("page of {count}, 5 fact types"),
            vec![
                (
                    settings::BY_HAND,
                    Box::new(|| block_on(by_hand::pages::five_fact_page(store, &ANN, docs()))),
                ),
                (
                    settings::OURS,
                    Box::new(|| {
                        block_on(ours::pages::page(&ours::pages::FIVE_FACTS, &facts, &ANN, docs()))
                    }),
                ),
                (
                    settings::PREDECESSOR,
                    Box::new(|| {
                        block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))
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
}

fn dependent_facts(criterion: &mut Criterion) {
    let store = &Arc::new(Store::in_memory());
    let facts = ours::app_facts(store);
    let registry = predecessor::facts::registry(store);
    let (checker, batched) =
        (predecessor::pages::dependent(), predecessor::pages::dependent_batched());
    let tokio = &executor::tokio();
    for count in SIZES {
        let docs = &page(count);
        let docs = || black_box(docs.as_slice());
        side_by_side(
            criterion,
            &format!("page of {count}, 2 dependent facts"),
            vec![
                (
                    settings::BY_HAND,
                    Box::new(|| block_on(by_hand::pages::dependent_page(store, &ANN, docs()))),
                ),
                (
                    settings::OURS,
                    Box::new(|| {
                        block_on(ours::pages::page(&ours::pages::DEPENDENT, &facts, &ANN, docs()))
                    }),
                ),
                (
                    settings::PREDECESSOR,
                    Box::new(|| {
                        block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))
                    }),
                ),
                (
                    settings::PREDECESSOR_BATCHED,
                    Box::new(|| {
                        block_on(predecessor::pages::page(&batched, &registry, &ANN, docs()))
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
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = local, one_fact_each, few_keys, five_facts, dependent_facts
}
criterion_main!(benches);
