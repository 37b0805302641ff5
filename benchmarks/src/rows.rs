//! The main rows, by hand and by gatehouse: for the programs that count.

use std::sync::Arc;

use gatehouse::bounds::PolicySet;
use gatehouse::{Gate, Session};

use crate::data::{ANN, Document, Store, audited, document, page, page_of_few_orgs};
use crate::executor::{Executor, poll_once};
use crate::ours::local::{FOUR, check, check_local};
use crate::ours::pages::{DEPENDENT, FIVE_FACTS, FOLDERS, ONE_FACT};
use crate::ours::{self, AppFacts, Documents};
use crate::{by_hand, settings};

/// One way to answer a workload.
pub struct Row {
    pub workload: String,
    pub column: &'static str,
    /// How many documents it is about.
    pub items: u32,
    /// Answers it once: how many documents are visible.
    pub run: Box<dyn Fn() -> usize>,
}

/// A page by hand.
macro_rules! by_hand_page {
    ($module:ident::$function:ident, $store:expr, $executor:expr, $docs:expr) => {{
        let (store, executor, docs) = (Arc::clone($store), Arc::clone($executor), $docs.clone());
        Box::new(move || executor.run(by_hand::$module::$function(&store, &ANN, &docs)).len())
            as Box<dyn Fn() -> usize>
    }};
}

/// What all rows share.
struct Rows<'a> {
    store: &'a Arc<Store>,
    executor: &'a Arc<Executor>,
    facts: Arc<AppFacts>,
    made: Vec<Row>,
}

impl Rows<'_> {
    fn push(
        &mut self,
        workload: &str,
        column: &'static str,
        items: usize,
        run: Box<dyn Fn() -> usize>,
    ) {
        let items = u32::try_from(items).expect("a small page");
        self.made.push(Row { workload: workload.to_owned(), column, items, run });
    }

    /// A page on a fresh session, by hand and by gatehouse.
    fn page<S: PolicySet<Documents, AppFacts>>(
        &mut self,
        workload: &str,
        docs: Vec<Document>,
        by_hand: Box<dyn Fn() -> usize>,
        gate: &'static Gate<Documents, S>,
    ) {
        let items = docs.len();
        self.push(workload, settings::BY_HAND, items, by_hand);
        let (facts, executor) = (Arc::clone(&self.facts), Arc::clone(self.executor));
        let ours = move || executor.run(ours::pages::page(gate, &facts, &ANN, &docs)).len();
        self.push(workload, settings::OURS, items, Box::new(ours));
    }

    fn local(&mut self) {
        let doc = Document { public: true, ..document(1) };
        let workload = "4 local policies";
        let asked = doc.clone();
        let by_hand = move || usize::from(by_hand::local::four(&ANN, &asked));
        self.push(workload, settings::BY_HAND, 1, Box::new(by_hand));
        let (session, asked) = (Session::new(Arc::clone(&self.facts)), doc.clone());
        let local = move || usize::from(check_local(&FOUR, &session, &ANN, &asked));
        self.push(workload, settings::OURS_LOCAL, 1, Box::new(local));
        let session = Session::new(Arc::clone(&self.facts));
        let ours = move || usize::from(poll_once(check(&FOUR, &session, &ANN, &doc)));
        self.push(workload, settings::OURS, 1, Box::new(ours));
    }

    /// A page on a fresh request, by hand, with the promises of a session.
    fn floor(&mut self, workload: &str, docs: &[Document]) {
        let docs = docs.to_vec();
        let by_hand = by_hand_page!(shared::page, self.store, self.executor, docs);
        self.push(workload, settings::BY_HAND_SHARED, docs.len(), by_hand);
    }

    fn small(&mut self) {
        let (facts, executor) = (ours::facts::one_fact(self.store), self.executor.clone());
        let doc = document(2);
        let ours = move || {
            let check = ours::pages::check(&ONE_FACT, &facts, &ANN, &doc);
            usize::from(executor.run(check))
        };
        self.push(FRESH, settings::OURS_SMALL, 1, Box::new(ours));
    }

    fn warm(&mut self) {
        let (store, doc) = (self.store, document(2));
        let workload = "1 fact, warm session";
        let (warm, asked) = (by_hand::pages::Warm::new(store, &ANN, &doc), doc.clone());
        let by_hand = move || usize::from(warm.one_fact(&ANN, &asked));
        self.push(workload, settings::BY_HAND, 1, Box::new(by_hand));
        let (session, executor) = (Session::new(Arc::clone(&self.facts)), self.executor.clone());
        executor.run(check(&ONE_FACT, &session, &ANN, &doc));
        let ours = move || usize::from(executor.run(check(&ONE_FACT, &session, &ANN, &doc)));
        self.push(workload, settings::OURS, 1, Box::new(ours));
    }
}

const FRESH: &str = "1 fact, fresh session";

/// All of them, on one store.
#[must_use]
pub fn rows(store: &Arc<Store>, executor: Executor) -> Vec<Row> {
    let executor = &Arc::new(executor);
    let mut rows = Rows { store, executor, facts: ours::app_facts(store), made: Vec::new() };
    rows.local();
    rows.warm();

    let docs = vec![document(2)];
    let by_hand = by_hand_page!(pages::page, store, executor, docs);
    rows.page(FRESH, docs.clone(), by_hand, &ONE_FACT);
    rows.floor(FRESH, &docs);
    rows.small();
    let docs = vec![audited()];
    let by_hand = by_hand_page!(pages::five_fact_page, store, executor, docs);
    rows.page("5 facts, fresh session", docs, by_hand, &FIVE_FACTS);
    for count in [1000, 10_000] {
        let docs = page(count);
        let by_hand = by_hand_page!(pages::page, store, executor, docs);
        let workload = format!("page of {count}, 1 fact each");
        rows.page(&workload, docs.clone(), by_hand, &ONE_FACT);
        if count == 1000 {
            rows.floor(&workload, &docs);
        }
    }
    let docs = page_of_few_orgs(1000);
    let by_hand = by_hand_page!(pages::page, store, executor, docs);
    rows.page("page of 1000, 90 % duplicate keys", docs, by_hand, &ONE_FACT);
    let docs = page(1000);
    let by_hand = by_hand_page!(pages::five_fact_page, store, executor, docs);
    rows.page("page of 1000, 5 fact types", docs, by_hand, &FIVE_FACTS);
    let docs = page(1000);
    let by_hand = by_hand_page!(pages::dependent_page, store, executor, docs);
    rows.page("page of 1000, 2 dependent facts", docs, by_hand, &DEPENDENT);
    let docs = page(1000);
    let by_hand = by_hand_page!(folders::page, store, executor, docs);
    rows.page("1000 documents in folders 6 deep", docs, by_hand, &FOLDERS);
    rows.made
}
