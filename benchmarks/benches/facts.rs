//! One check with one fact and with five, on a fresh session (made within what is measured) and on
//! one that knows them.
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use gatehouse::bounds::PolicySet;
use gatehouse::{Gate, Session};
use gatehouse_06::{EvaluationSession, FactRegistry};
use gatehouse_benchmarks::by_hand;
use gatehouse_benchmarks::data::{ANN, Document, Store, User, audited, document};
use gatehouse_benchmarks::executor::{self, poll_once};
use gatehouse_benchmarks::ours::pages::{FIVE_FACTS, ONE_FACT};
use gatehouse_benchmarks::ours::{self, AppFacts, Documents};
use gatehouse_benchmarks::peers::{data_loader, predecessor};
use gatehouse_benchmarks::settings::{self, Column, side_by_side};

/// What answers the two workloads with a session.
struct Sessions<S: 'static> {
    store: Arc<Store>,
    doc: Document,
    facts: Arc<AppFacts>,
    gate: &'static Gate<Documents, S>,
    session: Session<AppFacts>,
    registry: FactRegistry,
    checker: predecessor::Checker,
    session_06: EvaluationSession,
}

impl<S: PolicySet<Documents, AppFacts>> Sessions<S> {
    /// Sessions that know all that is to know of `doc`, and what makes fresh ones.
    fn new(
        doc: Document,
        gate: &'static Gate<Documents, S>,
        checker: predecessor::Checker,
    ) -> Self {
        let store = Arc::new(Store::in_memory());
        let (facts, registry) = (ours::app_facts(&store), predecessor::facts::registry(&store));
        let (session, session_06) = (Session::new(facts.clone()), registry.session());
        let sessions = Self { store, doc, facts, gate, session, registry, checker, session_06 };
        let answers: Vec<bool> = sessions.warm().iter_mut().map(|(_, run)| run()).collect();
        assert_eq!(answers, [true, true]);
        let calls = sessions.store.calls();
        let answers: Vec<bool> = sessions.warm().iter_mut().map(|(_, run)| run()).collect();
        assert_eq!(answers, [true, true]);
        assert_eq!(sessions.store.calls(), calls, "a warm session asks nobody");
        sessions
    }

    fn fresh(&self) -> [Column<'_, bool>; 2] {
        let Self { doc, facts, gate, registry, checker, .. } = self;
        let ours = || poll_once(ours::pages::check(gate, facts, ann(), black_box(doc)));
        let predecessor =
            || poll_once(predecessor::pages::check(checker, registry, ann(), black_box(doc)));
        [(settings::OURS, Box::new(ours)), (settings::PREDECESSOR, Box::new(predecessor))]
    }

    fn warm(&self) -> [Column<'_, bool>; 2] {
        let Self { doc, gate, session, checker, session_06, .. } = self;
        let ours = || poll_once(ours::local::check(gate, session, ann(), black_box(doc)));
        let predecessor =
            || poll_once(predecessor::check(checker, session_06, ann(), black_box(doc)));
        [(settings::OURS, Box::new(ours)), (settings::PREDECESSOR, Box::new(predecessor))]
    }
}

fn ann() -> &'static User {
    black_box(&ANN)
}

/// The two workloads with as many facts.
macro_rules! workloads {
    ($criterion:ident, $sessions:ident, $name:literal, $page:ident, $check:ident, $more:expr) => {
        let (store, doc) = (&$sessions.store, &$sessions.doc);
        let page = || black_box(std::slice::from_ref(doc));
        let doc = || black_box(doc);
        let tokio = executor::tokio();
        let by_hand = || poll_once(by_hand::pages::$page(store, ann(), page())).len() == 1;
        let single = || poll_once(by_hand::pages::$check(store, ann(), doc()));
        let loader = || {
            tokio.block_on(async {
                let request = data_loader::request(store);
                data_loader::$check(&request, ann(), doc()).await
            })
        };
        let mut columns: Vec<Column<'_, bool>> =
            vec![(settings::BY_HAND, Box::new(by_hand)), (settings::LOADER, Box::new(loader))];
        columns.push((settings::BY_HAND_SINGLE, Box::new(single)));
        columns.extend($sessions.fresh());
        columns.extend($more);
        side_by_side($criterion, concat!($name, ", fresh session"), columns);

        let warm = by_hand::pages::Warm::new(store, &ANN, doc());
        let request = tokio.block_on(async { data_loader::request(store) });
        assert!(tokio.block_on(data_loader::$check(&request, &ANN, doc())));
        let by_hand = || warm.$check(ann(), doc());
        let loader = || poll_once(data_loader::$check(&request, ann(), doc()));
        let mut columns: Vec<Column<'_, bool>> =
            vec![(settings::BY_HAND, Box::new(by_hand)), (settings::LOADER, Box::new(loader))];
        columns.extend($sessions.warm());
        side_by_side($criterion, concat!($name, ", warm session"), columns);
    };
}

fn one_fact(criterion: &mut Criterion) {
    let sessions = Sessions::new(document(2), &ONE_FACT, predecessor::pages::one_fact());
    let small = ours::facts::one_fact(&sessions.store);
    let run = || poll_once(ours::pages::check(&ONE_FACT, &small, ann(), black_box(&sessions.doc)));
    let small: [Column<'_, bool>; 1] = [(settings::OURS_SMALL, Box::new(run))];
    workloads!(criterion, sessions, "1 fact", page, one_fact, small);
}

fn five_facts(criterion: &mut Criterion) {
    let sessions = Sessions::new(audited(), &FIVE_FACTS, predecessor::pages::five_facts());
    workloads!(criterion, sessions, "5 facts", five_fact_page, five_facts, []);
}

criterion_group! {
    name = benches;
    config = settings::criterion();
    targets = one_fact, five_facts
}
criterion_main!(benches);
