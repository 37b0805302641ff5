//! Coverage of every kind of check, of pages and of threads.

use futures::executor::block_on;
use gatehouse::dynamic::{DynGate, boxed};
use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, FactTable};

use super::*;

#[policy]
fn composed(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

#[test]
fn a_gate_composed_at_run_time_is_covered() {
    Coverage::record();
    let gate: DynGate<Documents, FactTable> = DynGate::new(vec![boxed::<composed, _, _>()]);
    let session = Session::new(FactTable::new());
    for (owner, gap) in [(7, vec!["never false: doc.owner == *user"]), (8, vec![])] {
        let doc = Document { owner, ..Document::default() };
        let _ = block_on(gate.bind(&session, &7, &Action::Read).check(&doc));
        assert_eq!(gaps(gate.plan()), gap);
    }
}

#[policy]
pub(super) fn asked(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

/// Each kind of check has an owner of its own.
#[test]
fn every_kind_of_check_is_covered() {
    fn seen_by<T>(ask: impl FnOnce(&Session<FactTable>) -> T) {
        let _ = ask(&Session::new(FactTable::new()));
    }
    macro_rules! each {
        ($($name:ident: |$access:ident, $doc:ident| $ask:expr;)*) => {$({
            #[policy]
            fn $name(user: &u32, doc: &Document) -> bool {
                doc.owner == *user
            }
            static GATE: Gate<Documents, $name> = Gate::new();
            let name = stringify!($name);
            assert_eq!(gaps(GATE.plan()), ["never ran"], "{name}");
            for (owner, gap) in [(7, vec!["never false: doc.owner == *user"]), (8, vec![])] {
                let $doc = Document { owner, ..Document::default() };
                seen_by(|session| {
                    let $access = GATE.bind(session, &7, &Action::Read);
                    drop($ask);
                });
                assert_eq!(gaps(GATE.plan()), gap, "{name}");
            }
        })*};
    }
    Coverage::record();
    each! {
        by_check: |access, doc| block_on(access.check(&doc));
        by_check_all: |access, doc| block_on(access.check_all([doc]));
        by_filter: |access, doc| block_on(access.filter([doc]));
        by_filter_by: |access, doc| block_on(access.filter_by([(1, doc)], |row| &row.1));
        by_filter_lossy: |access, doc| block_on(access.filter_lossy([doc]));
        by_authorize: |access, doc| block_on(access.authorize(&doc));
        by_check_local: |access, doc| access.check_local(&doc);
        by_explain: |access, doc| block_on(access.explain(&doc));
    }
}

/// Coverage adds up over the resources of a page, and over threads.
#[test]
fn pages_and_threads_add_up() {
    static ASKED: Gate<Documents, asked> = Gate::new();
    Coverage::record();
    std::thread::scope(|scope| {
        for user in 0..4_u32 {
            scope.spawn(move || {
                let session = Session::new(FactTable::new());
                let docs = (10 * user..10 * user + 5_000)
                    .map(|owner| Document { owner, ..Document::default() });
                let access = ASKED.bind(&session, &4_900, &Action::Read);
                assert_eq!(block_on(access.filter(docs)).unwrap().len(), 1);
            });
        }
    });
    assert_eq!(gaps(ASKED.plan()), [""; 0]);
}
