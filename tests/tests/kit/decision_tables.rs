//! Tables of decisions.

use gatehouse::prelude::*;
use gatehouse::testing::{DecisionTable, block_on};

use super::*;

/// User seven edits, eight reads, nine is suspended, and nothing is known of ten.
fn users() -> [(&'static str, &'static u32); 4] {
    [("seven", &7), ("eight", &8), ("nine", &9), ("ten", &10)]
}

const ACTIONS: [(&str, &Action); 2] = [("read", &Action::Read), ("edit", &Action::Edit)];
static PLAN: Document = in_org(3);
static TENS: Document = Document { org: 4, owner: 10, folder: 0 };

/// Compares `grid` with the decisions about two documents.
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
fn a_single_subject_action_or_resource_needs_no_name() {
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

/// The drawn grid has the same names; without its arrows it can be pasted back.
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
