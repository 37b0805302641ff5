//! Assertions, and the texts of their failures.

use gatehouse::prelude::*;
use gatehouse::testing::{
    assert_allow, assert_deny, assert_indeterminate, assert_loads, assert_rounds, block_on,
    measured, report,
};

use super::*;

#[test]
fn a_failed_assertion_shows_everything_known() {
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
