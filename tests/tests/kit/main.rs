//! The kit for testing policies, used as a test would use it.
#![cfg(not(loom))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse::testing::{
    Counted, DecisionTable, FactTable, Failing, Late, Never, assert_allow, assert_deny,
    assert_indeterminate, assert_loads, assert_rounds, block_on, measured, report,
};
use gatehouse::{DynGate, boxed};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Read,
    Edit,
}

struct Document {
    org: u32,
    owner: u32,
    folder: u32,
}

const fn in_org(org: u32) -> Document {
    Document { org, owner: 0, folder: 0 }
}

fact! {
    /// The role that `user` holds in `org`.
    pub OrgRole(user: u32, org: u32) -> Role;
    pub Suspended(user: u32) -> bool = false;
    #[required]
    pub Region(org: u32) -> u32;
    pub Parent(folder: u32) -> u32;
    pub FolderGrant(user: u32, folder: u32) -> bool = false;
    /// Recursive.
    pub FolderViewer(user: u32, folder: u32) -> bool {
        FolderGrant(user, folder).await
            || match Parent(folder).await {
                Some(above) => FolderViewer(user, above).await,
                None => false,
            }
    }
    /// Derived from a recursive one.
    pub Sees(user: u32, folder: u32) -> Option<bool> {
        Some(FolderViewer(user, Parent(folder).await?).await)
    }
}

/// Suspended users do nothing.
#[policy(forbid)]
async fn suspended(user: &u32) -> bool {
    Suspended(*user).await
}

#[policy]
fn owner(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

/// Editors edit, viewers read.
#[policy]
async fn org_role(user: &u32, action: &Action, doc: &Document) -> bool {
    let least = if *action == Action::Edit { Role::Editor } else { Role::Viewer };
    OrgRole(*user, doc.org).await? >= least
}

#[policy]
async fn folder_viewer(user: &u32, Action::Read: &Action, doc: &Document) -> bool {
    FolderViewer(*user, doc.folder).await
}

#[policy]
async fn sees(user: &u32, doc: &Document) -> bool {
    Sees(*user, doc.folder).await == Some(true)
}

#[policy]
async fn same_region(user: &u32, doc: &Document) -> bool {
    Region(doc.org).await == Region(*user).await
}

struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

static GATE: Gate<Documents, (suspended, owner, org_role)> = Gate::new();
static FOLDERS: Gate<Documents, folder_viewer> = Gate::new();
static REGIONS: Gate<Documents, same_region> = Gate::new();
static ROLES: Gate<Documents, org_role> = Gate::new();

/// The text of the panic of `run`, which must panic.
fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    *panic.downcast::<String>().expect("a text")
}

fn facts() -> FactTable {
    FactTable::new()
        .with(OrgRole(7, 3), Role::Editor)
        .rows([(OrgRole(8, 3), Role::Viewer), (OrgRole(9, 3), Role::Editor)])
        .with(Suspended(9), true)
}

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
    // Each key once: folders 9 to 0, of which the last has none above.
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
    // What is known decides as ever.
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
fn a_strict_table_fails_what_it_was_not_told() {
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
    //! Facts enough for threads to come upon each other's tables.

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

/// Whoever comes first makes the table of a fact, and everybody finds the same.
#[test]
fn threads_share_the_tables_of_facts_that_they_meet_at_once() {
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

/// A set of the user's own, of which a table is one source.
#[derive(Sources)]
struct Mixed {
    #[loads(OrgRole)]
    roles: Counted<FactTable>,
    #[loads(Suspended)]
    users: Failing<Arc<FactTable>>,
}

#[test]
fn a_table_is_a_source_among_others() {
    let rows = Arc::new(facts());
    let users = Failing::when(rows.clone(), |call| call.number == 2 && call.keys == 1);
    let mixed = Arc::new(Mixed { roles: Counted::new(facts()), users });
    let session = Session::new(mixed.clone());
    let doc = in_org(3);
    assert_allow!(GATE.bind(&session, &7, &Action::Read), doc);
    assert_indeterminate!(GATE.bind(&session, &8, &Action::Read), doc, by = suspended);
    assert_allow!(GATE.bind(&session, &7, &Action::Edit), doc);
    assert_loads!(mixed.roles, OrgRole = [1, 1]);
    assert_eq!(mixed.roles.calls::<OrgRole>(), [[OrgRole(7, 3)], [OrgRole(8, 3)]]);
    assert_loads!(rows, Suspended = [1]);
    mixed.roles.forget_calls();
    assert_loads!(mixed.roles);
}

#[test]
fn failing_sources_fail_what_was_chosen() {
    let decide = |users: Failing<Arc<FactTable>>| {
        let session = Session::new(Mixed { roles: Counted::new(facts()), users });
        block_on(GATE.bind(&session, &7, &Action::Read).check(&in_org(3)))
    };
    let rows = || Arc::new(facts());
    assert_indeterminate!(decide(Failing::always(rows())), by = suspended, failed = Suspended);
    assert_indeterminate!(decide(Failing::fact::<Suspended>(rows())));
    assert_allow!(decide(Failing::fact::<OrgRole>(rows())));
    assert_indeterminate!(decide(Failing::nth(rows(), 1)));
    assert_allow!(decide(Failing::nth(rows(), 2)), by = org_role);
}

#[derive(Sources)]
struct Slow {
    #[loads(OrgRole)]
    roles: Late<FactTable>,
    #[loads(Suspended)]
    users: Never,
}

#[tokio::test(start_paused = true)]
async fn late_sources_compose_with_deadlines() {
    let late = || Late::new(facts(), || tokio::time::sleep(Duration::from_secs(1)));
    let session = Session::new(Slow { roles: late(), users: Never })
        .with_deadline(tokio::time::sleep(Duration::from_secs(2)));
    let access = GATE.bind(&session, &7, &Action::Read);
    assert_indeterminate!(async access, in_org(3), by = suspended, failed = Suspended);
    // The late source has answered: nothing is known of the forbid, and that no permit applies is.
    let access = ROLES.bind(&session, &7, &Action::Read);
    assert_allow!(async access, in_org(3), by = org_role);
}

#[test]
fn rounds_and_loads_are_counted() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &7, &Action::Read);
    let docs = || (0..100).map(|id| in_org(id % 10));
    let (visible, spent) = block_on(measured(access.filter(docs())));
    assert_eq!(visible.unwrap().len(), 10);
    assert_rounds!(spent, 1);
    assert_loads!(spent, OrgRole = [10], Suspended = [1]);
    let (_, again) = block_on(measured(access.filter(docs())));
    assert_rounds!(again, 0);
    assert_loads!(again);

    // One round for each link, whatever the sources are.
    let facts = FactTable::new().rows((1..=4).map(|n| (Parent(n), n - 1)));
    let session = Session::new(facts);
    let access = FOLDERS.bind(&session, &7, &Action::Read);
    let doc = Document { org: 0, owner: 0, folder: 4 };
    let (decision, spent) = block_on(measured(access.check(&doc)));
    assert_deny!(decision, by = None);
    assert_rounds!(spent, 5);
    assert_loads!(spent, FolderGrant = [1; 5], Parent = [1; 5]);
}

#[tokio::test]
async fn what_is_measured_is_the_future_and_no_other() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &7, &Action::Read);
    let (doc, other) = (in_org(3), in_org(4));
    let inner = measured(async {
        let _ = access.check(&doc).await;
        let _ = access.check(&other).await;
    });
    let (((), inner), outer) = measured(async {
        let both = inner.await;
        let _ = access.check(&in_org(5)).await;
        both
    })
    .await;
    assert_eq!(inner.rounds_of_each(), [1, 1]);
    assert_eq!(outer.rounds_of_each(), [1, 1, 1]);
    assert_loads!(inner, OrgRole = [1, 1], Suspended = [1]);
    assert_loads!(outer, OrgRole = [1, 1, 1], Suspended = [1]);
    // A measurement that panics is closed.
    let panics = catch_unwind(|| block_on(measured(async { panic!("on purpose") })));
    assert!(panics.is_err());
    let (_, spent) = measured(access.check(&in_org(6))).await;
    assert_loads!(spent, OrgRole = [1]);
}

#[test]
fn an_assertion_that_fails_shows_all_that_is_known() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &9, &Action::Read);
    let text = panic_of(|| assert_allow!(access, in_org(3), by = org_role));
    assert!(text.starts_with("expected: allow, by `org_role`\ndecision: denied by `suspended`\n"));
    assert!(text.contains("\n├─ forbid `suspended` applies (tests/tests/kit/main.rs:"));
    assert!(text.contains("\n│  ✓ Suspended(*user).await\n"));
    assert!(text.contains("\n├─ permit `owner` does not apply (tests/tests/kit/main.rs:"));
    assert!(text.contains("\n  OrgRole { user: 8, org: 3 } = Viewer\n"));
    assert!(text.contains("\n  Suspended: [Suspended { user: 9 }]\n"));
    assert_eq!(
        text["expected: allow, by `org_role`\n".len()..],
        block_on(report(&access, &in_org(3)))
    );
}

#[test]
fn assertions_fail_for_another_outcome_policy_or_fact() {
    let session = Session::new(facts().failing(Suspended(7), FactError::safe("no answer")));
    let doc = in_org(3);
    let (unknown, viewer) =
        (GATE.bind(&session, &7, &Action::Read), GATE.bind(&session, &8, &Action::Read));
    let decided = |access: &gatehouse::Bound<'_, _, _, _>| block_on(access.check(&doc));
    let first_line = |run: &dyn Fn()| panic_of(run).lines().next().unwrap().to_owned();
    for (run, expected) in [
        (&(|| assert_deny!(viewer, doc)) as &dyn Fn(), "expected: deny"),
        (&|| assert_indeterminate!(viewer, doc), "expected: indeterminate"),
        (&|| assert_allow!(unknown, doc), "expected: allow"),
        (&|| assert_allow!(viewer, doc, by = owner), "expected: allow, by `owner`"),
        (&|| assert_deny!(viewer, doc, by = None), "expected: deny, because no permit applies"),
        (
            &|| assert_indeterminate!(unknown, doc, failed = OrgRole),
            "expected: indeterminate, because `OrgRole` failed",
        ),
        (
            &|| assert_indeterminate!(unknown, doc, by = org_role, failed = Suspended),
            "expected: indeterminate, by `org_role`, because `Suspended` failed",
        ),
        (&|| assert_deny!(decided(&viewer)), "expected: deny"),
        (&|| assert_allow!(decided(&viewer), by = owner), "expected: allow, by `owner`"),
    ] {
        assert_eq!(first_line(run), expected);
    }
}

#[test]
fn count_assertions_fail_for_other_counts() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &7, &Action::Read);
    let (_, spent) = block_on(measured(access.check_all([in_org(3), in_org(4)])));
    let text = panic_of(|| assert_rounds!(spent, 2));
    assert_eq!(
        text,
        "expected rounds: 2\n  actual rounds: 1 (of each evaluation: [1])\n          loads: Suspended = [1], OrgRole = [2]\n"
    );
    let text = panic_of(|| assert_loads!(spent, OrgRole = [2]));
    assert_eq!(
        text,
        "expected loads: OrgRole = [2]\n  actual loads: Suspended = [1], OrgRole = [2]\n(of each fact, the keys of each call)\n"
    );
    assert!(panic_of(|| assert_loads!(spent)).starts_with("expected loads: nothing\n"));
    panic_of(|| assert_loads!(spent, OrgRole = [1, 1], Suspended = [1]));
    panic_of(|| assert_loads!(spent, OrgRole = [2], Suspended = [1], Parent = [1]));
    assert_loads!(spent, OrgRole = [2], Suspended = [1], Parent = []);
}

/// Seven edits, eight reads, nine is suspended, of ten nothing is known.
fn users() -> [(&'static str, &'static u32); 4] {
    [("seven", &7), ("eight", &8), ("nine", &9), ("ten", &10)]
}

const ACTIONS: [(&str, &Action); 2] = [("read", &Action::Read), ("edit", &Action::Edit)];
static PLAN: Document = in_org(3);
static TENS: Document = Document { org: 4, owner: 10, folder: 0 };

/// The table's own view of `grid`, about two documents.
fn compared(grid: &str) -> Result<(), String> {
    let session = Session::new(facts().failing(Suspended(10), FactError::safe("no answer")));
    let table = DecisionTable::new(|user, action| GATE.bind(&session, user, action))
        .subjects(users())
        .actions(ACTIONS)
        .resources([("plan", &PLAN), ("tens", &TENS)]);
    block_on(table.compare(grid)).map_err(|mismatches| mismatches.to_string())
}

#[test]
fn a_table_of_decisions_can_be_written_any_way_round() {
    compared(
        "
                    plan  tens
        seven read  A     D
        seven edit  A     D
        read eight  A     D
        edit eight  D     deny
        nine  read  D     D
        nine  edit  D     D
        ten   read  D     I
        ten   edit  D     Indeterminate
        ",
    )
    .unwrap();
    compared(
        "
                   seven  eight  nine  ten
        read plan  A      A      D     D
        edit plan  A      D      D     D
        read tens  D      D      D     I
        edit tens  D      D      D     I
        ",
    )
    .unwrap();
    compared(
        "
                    edit   read
        plan seven  allow  allow
        plan eight  D      A
        plan nine   D      D
        plan ten    D      D
        tens seven  D      D
        tens eight  D      D
        tens nine   D      D
        tens ten    I      I
        ",
    )
    .unwrap();
}

#[test]
fn what_is_alone_need_not_be_named() {
    let session = Session::new(facts());
    let table = DecisionTable::new(|user, action| GATE.bind(&session, user, action));
    let table = table.subjects(users()).action(&Action::Read).resource(&PLAN);
    table.assert(
        "seven eight nine ten
         A     A     D    D",
    );
    let text = panic_of(|| {
        table.assert(
            "seven eight nine ten
             A     I     D    A",
        );
    });
    insta::assert_snapshot!(text.split_once("\n├─").unwrap().0, @r"
    2 of 4 decisions are not as expected (expected→decided):

        seven  eight  nine  ten
        A      I→A    D     A→D

    eight: expected indeterminate; allowed by `org_role`
    ten: expected allow; denied: no permit applies

    The first of them, eight:
    decision: allowed by `org_role`
    ");
}

/// What is drawn is a grid with the same names, and can be pasted back once the arrows are gone.
#[test]
fn a_table_that_does_not_match_is_drawn_once_with_all_mismatches() {
    let text = compared(
        "
                   seven  eight  nine  ten
        read plan  D      A      D     D
        edit plan  A      D      A     D
        read tens  D      D      D     D
        edit tens  D      D      D     I
        ",
    )
    .unwrap_err();
    insta::assert_snapshot!(text.split_once("\n├─").unwrap().0, @r"
    3 of 16 decisions are not as expected (expected→decided):

                 seven  eight  nine  ten
      read plan  D→A    A      D     D
      edit plan  A      D      A→D   D
      read tens  D      D      D     D→I
      edit tens  D      D      D     I

    seven read plan: expected deny; allowed by `org_role`
    nine edit plan: expected allow; denied by `suspended`
    ten read tens: expected deny; indeterminate: `suspended` could not be decided: `Suspended`: no answer

    The first of them, seven read plan:
    decision: allowed by `org_role`
    ");
}

#[test]
fn a_grid_that_cannot_be_read_says_why() {
    let cases = [
        ("", "the grid is empty"),
        (
            "plan six\n seven read A A",
            "the grid names `six`, which the table does not; it has: seven,",
        ),
        ("plan tens\n six read A A", "in the row `six read A A`, of 2 cells: the grid names `six`"),
        (
            "plan tens\n seven read A",
            "in the row `seven read A`, of 2 cells: `read` is no decision",
        ),
        ("plan tens\n A", "in the row `A`, of 2 cells: too few of them"),
        ("plan tens\n seven A A", "it names no action"),
        ("plan tens\n read A A", "it names no subject"),
        ("plan tens\n seven eight A A", "it names two subjects"),
        ("plan tens\n seven plan A A", "it names a resource, and so does the column"),
        ("plan tens\n seven read A yes", "`yes` is no decision: write A, D or I"),
        ("plan read\n seven A A", "it names no action"),
        ("plan tens\n seven read A D", "the grid has no cell for `seven edit plan`, `seven edit"),
        ("plan plan\n seven read A A", "the grid has two cells for `seven read plan`"),
    ];
    for (grid, why) in cases {
        let text = compared(grid).unwrap_err();
        assert!(text.contains(why), "{grid:?}: {text}");
    }
}

#[test]
fn a_table_whose_names_are_not_clear_says_so() {
    let session = Session::new(facts());
    let bind = |user, action| GATE.bind(&session, user, action);
    let table = || DecisionTable::new(bind).resource(&PLAN);
    let why = |run: &dyn Fn()| panic_of(run);
    assert_eq!(
        why(&|| table().subjects(users()).assert("seven\nA")),
        "the table has no actions: call `.actions(…)`, or `.action(…)` for one without a name"
    );
    let one = || table().action(&Action::Read);
    assert_eq!(
        why(&|| one().subjects([("big one", &7)]).assert("A")),
        "the name `big one` is not one word"
    );
    assert_eq!(
        why(&|| one().subjects([("", &7), ("b", &8)]).assert("b\nA")),
        "one of several subjects has no name"
    );
    assert_eq!(
        why(&|| table().actions(ACTIONS).subjects([("read", &7)]).assert("read\nA")),
        "the table has the name `read` twice"
    );
}
