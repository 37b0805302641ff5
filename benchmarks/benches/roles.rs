//! One check by role, of 1 000 roles.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse_benchmarks::data::{ANN, Store, document, role_of};
use gatehouse_benchmarks::executor::{self, poll_once};
use gatehouse_benchmarks::peers::cedar::{self, Cedar};
use gatehouse_benchmarks::peers::rego::{self, Rego};
use gatehouse_benchmarks::peers::{casbin, data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, side_by_side};
use gatehouse_benchmarks::{by_hand, ours};

fn roles(criterion: &mut Criterion) {
    let store = &Arc::new(Store::in_memory());
    let doc = &document(role_of(ANN.id));
    let facts = ours::app_facts(store);
    let (checker, registry) = (predecessor::pages::roles(), predecessor::facts::registry(store));
    let (cedar, request) = (Cedar::roles(doc), cedar::request(&ANN, doc));
    let enforcer = casbin::roles();
    let (user_name, doc_name) = (format!("user{}", ANN.id), format!("document{}", doc.id));
    let (mut rego, input) = (Rego::roles(), rego::input(&ANN, doc));
    let tokio = &executor::tokio();
    let doc = || black_box(doc);
    assert!(poll_once(by_hand::roles::check(store, &ANN, doc())), "Ann's role reads it");
    side_by_side(
        criterion,
        "1000 roles, one check",
        vec![
            (
                settings::BY_HAND,
                Box::new(|| poll_once(by_hand::roles::check(store, black_box(&ANN), doc()))),
            ),
            (
                settings::OURS,
                Box::new(|| {
                    let gate = &ours::pages::ROLES;
                    poll_once(ours::pages::check(gate, &facts, black_box(&ANN), doc()))
                }),
            ),
            (
                settings::PREDECESSOR,
                Box::new(|| {
                    poll_once(predecessor::pages::check(
                        &checker,
                        &registry,
                        black_box(&ANN),
                        doc(),
                    ))
                }),
            ),
            (settings::CEDAR, Box::new(|| cedar.check(black_box(&request)))),
            (
                settings::CASBIN,
                Box::new(|| casbin::check_names(&enforcer, black_box(&user_name), &doc_name)),
            ),
            (settings::REGORUS, Box::new(move || rego.check(black_box(&input)))),
            (
                settings::LOADER,
                Box::new(|| {
                    tokio.block_on(async {
                        let request = data_loader::request(store);
                        data_loader::by_role(&request, black_box(&ANN), doc()).await
                    })
                }),
            ),
        ],
    );
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = roles
}
criterion_main!(benches);
