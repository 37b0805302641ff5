//! Tables of facts as sources.

use std::sync::{Arc, Barrier};

use gatehouse::dynamic::{DynGate, boxed};
use gatehouse::prelude::*;
use gatehouse::testing::{
    FactTable, assert_allow, assert_deny, assert_indeterminate, assert_loads, block_on,
};
use gatehouse_tests::facts::FolderGrant;

use super::*;

#[test]
fn a_table_answers_every_fact() {
    let session = Session::new(facts());
    let doc = in_org(3);
    assert_allow!(GATE.bind(&session, &7, &Action::Edit), doc, by = org_role);
    assert_allow!(GATE.bind(&session, &8, &Action::Read), &doc);
    assert_deny!(GATE.bind(&session, &8, &Action::Edit), doc, by = None);
    assert_deny!(GATE.bind(&session, &9, &Action::Read), doc, by = suspended);
    assert_deny!(GATE.bind(&session, &7, &Action::Read), in_org(4), by = None,);
}

#[test]
fn derived_facts_are_computed_from_the_rows() {
    static SEES: Gate<Documents, sees> = Gate::new();
    let facts = Arc::new(
        FactTable::new().rows((1..=9).map(|n| (Parent(n), n - 1))).with(FolderGrant(7, 2), true),
    );
    let session = Session::new(facts.clone());
    let access = FOLDERS.bind(&session, &7, &Action::Read);
    assert_allow!(access, Document { org: 0, owner: 0, folder: 9 });
    assert_deny!(access, Document { org: 0, owner: 0, folder: 1 });
    // Each key once: folders 9 to 0, the last of which has no parent.
    assert_eq!(facts.calls::<Parent>().concat().len(), 10);
    let access = SEES.bind(&session, &7, &Action::Read);
    assert_allow!(access, Document { org: 0, owner: 0, folder: 3 });
    assert_deny!(access, Document { org: 0, owner: 0, folder: 2 });
}

#[test]
fn keys_and_facts_fail() {
    let one = Session::new(facts().failing(Suspended(7), FactError::safe("no answer")));
    let doc = in_org(3);
    assert_indeterminate!(
        GATE.bind(&one, &7, &Action::Read),
        doc,
        by = suspended,
        failed = Suspended
    );
    assert_allow!(GATE.bind(&one, &8, &Action::Read), doc);

    let all = Session::new(facts().failing_fact::<OrgRole>(FactError::safe("down")));
    assert_indeterminate!(GATE.bind(&all, &7, &Action::Read), doc, failed = OrgRole);
    // A fact with a row still decides.
    assert_deny!(GATE.bind(&all, &9, &Action::Read), doc, by = suspended);
}

#[test]
fn a_row_can_say_that_a_value_is_missing() {
    let session = Session::new(facts().missing(OrgRole(7, 3)));
    assert_deny!(GATE.bind(&session, &7, &Action::Read), in_org(3), by = None);
    // A required fact without a row fails, as with any source.
    assert_indeterminate!(REGIONS.bind(&session, &7, &Action::Read), in_org(3), failed = Region);
}

#[test]
fn a_strict_table_fails_keys_without_a_row() {
    let facts = facts().rows([(Suspended(7), false), (Suspended(8), false)]).missing(OrgRole(7, 4));
    let session = Session::new(facts.strict());
    assert_allow!(GATE.bind(&session, &7, &Action::Read), in_org(3));
    assert_deny!(GATE.bind(&session, &7, &Action::Read), in_org(4));
    assert_indeterminate!(GATE.bind(&session, &7, &Action::Read), in_org(5), failed = OrgRole);
}

#[test]
fn rows_change_for_the_next_refresh() {
    let facts = Arc::new(facts());
    let session = Session::new(facts.clone());
    let access = GATE.bind(&session, &7, &Action::Read);
    assert_allow!(access, in_org(3));
    facts.unset(OrgRole(7, 3));
    facts.set(OrgRole(7, 4), Role::Viewer);
    assert_allow!(access, in_org(3));
    session.refresh().unwrap();
    assert_deny!(access, in_org(3));
    assert_allow!(access, in_org(4));
}

#[test]
fn a_table_works_with_gates_composed_at_run_time_and_across_threads() {
    let gate: DynGate<Documents, FactTable> =
        DynGate::new(vec![boxed::<suspended, _, _>(), boxed::<org_role, _, _>()]);
    let session = Session::new(facts());
    std::thread::scope(|scope| {
        for user in [7, 8, 9, 10] {
            let (gate, session) = (&gate, session.clone());
            scope.spawn(move || {
                let access = gate.bind(&session, &user, &Action::Read);
                let expected = matches!(user, 7 | 8);
                assert_eq!(block_on(access.check(&in_org(3))).is_allow(), expected);
            });
        }
    });
}

mod letters {
    //! Enough facts for threads to meet at the table of one.

    use gatehouse::prelude::*;

    fact! {
        pub A(id: u32) -> bool = false;
        pub B(id: u32) -> bool = false;
        pub C(id: u32) -> bool = false;
        pub D(id: u32) -> bool = false;
    }

    pub struct Letters;
    impl Domain for Letters {
        type Subject = u32;
        type Action = ();
        type Resource = ();
        type Context = ();
    }

    macro_rules! policies {
        ($($name:ident $fact:ident)*) => {
            $(
                #[policy]
                pub async fn $name(id: &u32) -> bool {
                    $fact(*id).await
                }
            )*
        };
    }

    policies! { a A b B c C d D }

    pub static UP: Gate<Letters, (a, b, c, d)> = Gate::new();
    pub static DOWN: Gate<Letters, (d, c, b, a)> = Gate::new();
}

/// The first reader makes the table of a fact, and all others find that one.
#[test]
fn threads_that_read_a_fact_at_once_share_its_table() {
    use letters::{A, B, C, D, DOWN, UP};

    for _ in 0..200 {
        let facts = Arc::new(FactTable::new().with(C(7), true));
        let session = Session::new(facts.clone());
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (session, barrier) = (session.clone(), &barrier);
                scope.spawn(move || {
                    let up = UP.bind(&session, &7, &());
                    let down = DOWN.bind(&session, &7, &());
                    barrier.wait();
                    let check = if thread % 2 == 0 {
                        block_on(up.check(&()))
                    } else {
                        block_on(down.check(&()))
                    };
                    assert_allow!(check, by = letters::c);
                });
            }
        });
        assert_loads!(facts, A = [1], B = [1], C = [1], D = [1]);
    }
}
