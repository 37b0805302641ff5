//! 1 000 documents in folders six deep, each visible through a folder above it.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Document, Store, page};
use gatehouse_benchmarks::executor::{self, block_on};
use gatehouse_benchmarks::peers::cedar::{self, Cedar};
use gatehouse_benchmarks::peers::rego::{self, Rego};
use gatehouse_benchmarks::peers::{casbin, data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, side_by_side};
use gatehouse_benchmarks::{by_hand, ours};

/// One check after the other: what is beside each document was made beforehand.
fn one_by_one<'d, Q>(
    docs: &'d [Document],
    questions: &[Q],
    mut check: impl FnMut(&Q) -> bool,
) -> Vec<&'d Document> {
    docs.iter().zip(questions).filter(|(_, it)| check(it)).map(|(doc, _)| doc).collect()
}

fn folders(criterion: &mut Criterion) {
    let store = &Arc::new(Store::in_memory());
    let docs = page(1000);
    let facts = ours::app_facts(store);
    let (checker, registry) = (predecessor::pages::folders(), predecessor::facts::registry(store));
    let cedar = Cedar::folders(&docs);
    let requests: Vec<_> = docs.iter().map(|doc| cedar::request(&ANN, doc)).collect();
    let (enforcer, user_name) = (casbin::folders(&docs), format!("user{}", ANN.id));
    let names: Vec<_> = docs.iter().map(|doc| format!("document{}", doc.id)).collect();
    let mut rego = Rego::folders();
    let inputs: Vec<_> = docs.iter().map(|doc| rego::input(&ANN, doc)).collect();
    let tokio = &executor::tokio();
    let docs = || black_box(docs.as_slice());
    side_by_side(
        criterion,
        "1000 documents in folders 6 deep",
        vec![
            (settings::BY_HAND, Box::new(|| block_on(by_hand::folders::page(store, &ANN, docs())))),
            (
                settings::OURS,
                Box::new(|| {
                    block_on(ours::pages::page(&ours::pages::FOLDERS, &facts, &ANN, docs()))
                }),
            ),
            (
                settings::PREDECESSOR_BATCHED,
                Box::new(|| block_on(predecessor::pages::page(&checker, &registry, &ANN, docs()))),
            ),
            (settings::CEDAR, Box::new(|| one_by_one(docs(), &requests, |it| cedar.check(it)))),
            (
                settings::CASBIN,
                Box::new(|| {
                    one_by_one(docs(), &names, |it| casbin::check_names(&enforcer, &user_name, it))
                }),
            ),
            (settings::REGORUS, Box::new(|| one_by_one(docs(), &inputs, |it| rego.check(it)))),
            (
                settings::LOADER,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        let check = |doc| data_loader::in_folder(&request, &ANN, doc);
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
    targets = folders
}
criterion_main!(benches);
