//! One check with 1, 4, 16 and 64 rules that need no facts.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse::bounds::{LocalSet, PolicySet};
use gatehouse::{Gate, Session};
use gatehouse_06::EvaluationSession;
use gatehouse_benchmarks::data::{ANN, Document, Store, User, document};
use gatehouse_benchmarks::executor::{block_on, poll_once};
use gatehouse_benchmarks::ours::local::{FOUR, ONE, SIXTEEN, SIXTY_FOUR};
use gatehouse_benchmarks::ours::{self, AppFacts, Documents};
use gatehouse_benchmarks::peers::cedar::{self, Cedar};
use gatehouse_benchmarks::peers::rego::{self, Rego};
use gatehouse_benchmarks::peers::{casbin, predecessor};
use gatehouse_benchmarks::settings::column;
use gatehouse_benchmarks::{by_hand, settings};

/// The same rules, for everybody.
struct Rules<'a, S> {
    by_hand: fn(&User, &Document) -> bool,
    ours: &'a Gate<Documents, S>,
    predecessor: predecessor::Checker,
    cedar: Cedar,
    casbin: ::casbin::Enforcer,
    rego: Rego,
}

fn local<S>(criterion: &mut Criterion, workload: &str, doc: &Document, rules: Rules<'_, S>)
where
    S: PolicySet<Documents, AppFacts> + LocalSet,
{
    let Rules { by_hand, ours: gate, predecessor: checker, cedar, casbin: enforcer, mut rego } =
        rules;
    let session = Session::new(ours::app_facts(&Arc::new(Store::in_memory())));
    let empty = EvaluationSession::empty();
    let (request, input) = (cedar::request(&ANN, doc), rego::input(&ANN, doc));
    assert!(by_hand(&ANN, doc));
    assert!(ours::local::check_local(gate, &session, &ANN, doc));
    assert!(poll_once(ours::local::check(gate, &session, &ANN, doc)));
    assert!(poll_once(predecessor::check(&checker, &empty, &ANN, doc)));
    assert!(cedar.check(&request));
    assert!(casbin::check(&enforcer, &ANN, doc));
    assert!(rego.check(&input));

    let user = || black_box(&ANN);
    let doc = || black_box(doc);
    let group = &mut criterion.benchmark_group(workload);
    column(group, settings::BY_HAND, || by_hand(user(), doc()));
    column(group, settings::OURS_LOCAL, || ours::local::check_local(gate, &session, user(), doc()));
    column(group, settings::OURS, || poll_once(ours::local::check(gate, &session, user(), doc())));
    column(group, settings::OURS_BLOCKED, || {
        block_on(ours::local::check(gate, &session, user(), doc()))
    });
    column(group, settings::PREDECESSOR, || {
        poll_once(predecessor::check(&checker, &empty, user(), doc()))
    });
    column(group, settings::CEDAR, || cedar.check(black_box(&request)));
    column(group, settings::CASBIN, || casbin::check(&enforcer, user(), doc()));
    column(group, settings::REGORUS, || rego.check(black_box(&input)));
}

/// The four rules and as many labels; the last policy permits.
fn four_and<S>(
    criterion: &mut Criterion,
    labels: u32,
    by_hand: fn(&User, &Document) -> bool,
    ours: &Gate<Documents, S>,
) where
    S: PolicySet<Documents, AppFacts> + LocalSet,
{
    let doc = Document { label: labels, public: labels == 0, ..document(1) };
    let rules = Rules {
        by_hand,
        ours,
        predecessor: predecessor::local::four_and(labels),
        cedar: Cedar::four_and(labels, &doc),
        casbin: casbin::four_and(labels),
        rego: Rego::four_and(labels),
    };
    local(criterion, &format!("{} local policies", 4 + labels), &doc, rules);
}

fn workloads(criterion: &mut Criterion) {
    let doc = Document { owner: ANN.id, ..document(1) };
    let one = Rules {
        by_hand: by_hand::local::one,
        ours: &ONE,
        predecessor: predecessor::local::one(),
        cedar: Cedar::one(&doc),
        casbin: casbin::one(),
        rego: Rego::one(),
    };
    local(criterion, "1 local policy", &doc, one);
    four_and(criterion, 0, by_hand::local::four, &FOUR);
    four_and(criterion, 12, by_hand::local::sixteen, &SIXTEEN);
    four_and(criterion, 60, by_hand::local::sixty_four, &SIXTY_FOUR);
}

fn runtime(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group(settings::EMPTY);
    column(group, settings::POLLED, || poll_once(black_box(async {})));
    column(group, settings::BLOCKED, || block_on(black_box(async {})));
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = runtime, workloads
}
criterion_main!(benches);
