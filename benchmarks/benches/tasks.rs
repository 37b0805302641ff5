//! Four tasks of one request, each with the same page of 1 000 documents, on one session: on the
//! threads of a runtime, so what it costs to spawn and to share is measured too.
#![allow(missing_docs)]

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use futures::future::join_all;
use gatehouse::Session;
use gatehouse_benchmarks::data::{ANN, Store, page};
use gatehouse_benchmarks::ours::pages::ONE_FACT;
use gatehouse_benchmarks::peers::{data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, side_by_side};
use gatehouse_benchmarks::{by_hand, executor, ours};

/// Four tasks, and how many documents they saw together.
async fn in_four_tasks<F: Future<Output = usize> + Send + 'static>(task: impl Fn() -> F) -> usize {
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(task())).collect();
    join_all(tasks).await.into_iter().map(|count| count.expect("no panic")).sum()
}

fn tasks(criterion: &mut Criterion) {
    let store = Arc::new(Store::in_memory());
    let docs = Arc::new(page(1000));
    let facts = ours::app_facts(&store);
    let checker = Arc::new(predecessor::pages::one_fact());
    let registry = predecessor::facts::registry(&store);
    let tokio = &executor::tokio_with_threads(2);
    side_by_side(
        criterion,
        "4 tasks on one session, a page of 1000 each",
        vec![
            (
                settings::BY_HAND,
                Box::new(|| {
                    let shared = Arc::new(by_hand::tasks::Shared::default());
                    tokio.block_on(in_four_tasks(|| {
                        let (shared, store, docs) = (shared.clone(), store.clone(), docs.clone());
                        async move { by_hand::tasks::page(&shared, &store, &ANN, &docs).await }
                    }))
                }),
            ),
            (
                settings::OURS,
                Box::new(|| {
                    let session = Session::new(facts.clone());
                    tokio.block_on(in_four_tasks(|| {
                        let (session, docs) = (session.clone(), docs.clone());
                        async move {
                            let access = ONE_FACT.bind(&session, &ANN, &());
                            access.filter(docs.iter()).await.expect("nothing fails").len()
                        }
                    }))
                }),
            ),
            (
                settings::PREDECESSOR,
                Box::new(|| {
                    let session = Arc::new(registry.session());
                    tokio.block_on(in_four_tasks(|| {
                        let (session, docs) = (session.clone(), docs.clone());
                        let checker = checker.clone();
                        async move {
                            predecessor::pages::page_on(&checker, &session, &ANN, &docs).await.len()
                        }
                    }))
                }),
            ),
            (
                settings::LOADER_AT_ONCE,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = Arc::new(data_loader::request(&store));
                        in_four_tasks(|| {
                        let (request, docs) = (request.clone(), docs.clone());
                        async move { data_loader::page_at_once(&request, &ANN, &docs).await.len() }
                    })
                    .await
                    })
                }),
            ),
        ],
    );
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = tasks
}
criterion_main!(benches);
