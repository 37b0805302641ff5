//! One check by four local rules, and why.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse::Session;
use gatehouse_06::EvaluationSession;
use gatehouse_benchmarks::data::{ANN, Document, Store, document};
use gatehouse_benchmarks::executor::poll_once;
use gatehouse_benchmarks::ours::local::FOUR;
use gatehouse_benchmarks::peers::cedar::{self, Cedar};
use gatehouse_benchmarks::peers::predecessor;
use gatehouse_benchmarks::settings::column;
use gatehouse_benchmarks::{ours, settings};

fn explain(criterion: &mut Criterion) {
    let doc = &Document { public: true, ..document(1) };
    let session = Session::new(ours::app_facts(&Arc::new(Store::in_memory())));
    let ours = || poll_once(ours::local::explain(&FOUR, &session, black_box(&ANN), doc));
    let (checker, empty) = (predecessor::local::four_and(0), EvaluationSession::empty());
    let predecessor = || poll_once(predecessor::explain(&checker, &empty, black_box(&ANN), doc));
    let (cedar, request) = (Cedar::four_and(0, doc), cedar::request(&ANN, doc));
    assert!(ours().contains("public"), "{}", ours());
    assert!(predecessor().contains("Public"), "{}", predecessor());
    assert!(cedar.explain(&request).contains("policy3"), "{}", cedar.explain(&request));

    let group = &mut criterion.benchmark_group("4 local policies, explained as text");
    column(group, settings::OURS, ours);
    column(group, settings::OURS_CHECK, || {
        poll_once(ours::local::check(&FOUR, &session, black_box(&ANN), doc))
    });
    column(group, settings::PREDECESSOR, predecessor);
    column(group, settings::CEDAR, || cedar.explain(black_box(&request)));
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = explain
}
criterion_main!(benches);
