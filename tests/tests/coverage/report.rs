//! The report as text, and the threshold.

use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, FactTable, assert_allow, assert_deny};

use super::*;

#[test]
fn a_report_lists_every_policy_and_its_gaps() {
    Coverage::record();
    let session = Session::new(facts());
    let bind = |user, action| GATE.bind(&session, user, action);
    insta::assert_snapshot!(seen_of(GATE.plan()), @r#"
    policy coverage: 0 of 32 ways (0 %)

      forbid banned      0 of 2  tests/tests/coverage/main.rs:64
          never ran
      permit owner       0 of 6  tests/tests/coverage/main.rs:70
          never ran
      permit by_level   0 of 14  tests/tests/coverage/main.rs:76
          never ran
      permit by_folder   0 of 4  tests/tests/coverage/main.rs:88
          never ran
      fact Viewer        0 of 6  tests/tests/coverage/main.rs:49
          never ran
    "#);

    assert_allow!(bind(&7, &Action::Read), Document { owner: 7, ..Document::default() });
    assert_deny!(
        bind(&7, &Action::Edit),
        Document { owner: 8, draft: true, ..Document::default() }
    );
    assert_deny!(
        bind(&1, &Action::Edit),
        Document { owner: 8, draft: true, ..Document::default() }
    );
    assert_allow!(bind(&7, &Action::Read), Document { owner: 8, folder: 3, ..Document::default() });
    insta::assert_snapshot!(seen_of(GATE.plan()), @r#"
    policy coverage: 16 of 32 ways (50 %)

      forbid banned      1 of 2  tests/tests/coverage/main.rs:64
          never true           Banned(*user).await              tests/tests/coverage/main.rs:65:5
      permit owner       3 of 6  tests/tests/coverage/main.rs:70
          never false          *action != Action::Delete        tests/tests/coverage/main.rs:71:28
          never true or false  !doc.public                      tests/tests/coverage/main.rs:71:57
      permit by_level   5 of 14  tests/tests/coverage/main.rs:76
          never taken          action is Action::Read           tests/tests/coverage/main.rs:79:9
          never true or false  level >= 1                       tests/tests/coverage/main.rs:79:25
          never false          doc.draft                        tests/tests/coverage/main.rs:80:25
          never true           level >= 2                       tests/tests/coverage/main.rs:80:38
          never taken          action is Action::Edit           tests/tests/coverage/main.rs:81:9
          never true or false  level >= 3                       tests/tests/coverage/main.rs:81:25
          never taken          action is Action::Delete         tests/tests/coverage/main.rs:82:9
      permit by_folder   3 of 4  tests/tests/coverage/main.rs:88
          never false          Viewer(*user, doc.folder).await  tests/tests/coverage/main.rs:89:5
      fact Viewer        4 of 6  tests/tests/coverage/main.rs:49
          never false          Viewer(user, above).await        tests/tests/coverage/main.rs:52:32
          never taken          Parent(folder).await is None     tests/tests/coverage/main.rs:53:17
    "#);

    let doc = Document { owner: 8, ..Document::default() };
    assert_deny!(bind(&8, &Action::Read), doc, by = banned);
    assert_allow!(bind(&3, &Action::Edit), doc);
    assert_allow!(bind(&1, &Action::Read), doc);
    assert_deny!(bind(&2, &Action::Edit), doc);
    assert_deny!(bind(&2, &Action::Delete), doc);
    assert_allow!(bind(&2, &Action::Edit), Document { draft: true, ..doc });
    assert_deny!(bind(&9, &Action::Read), doc);
    insta::assert_snapshot!(seen_of(GATE.plan()), @r#"
    policy coverage: 27 of 32 ways (84 %)

      forbid banned       2 of 2  tests/tests/coverage/main.rs:64
      permit owner        3 of 6  tests/tests/coverage/main.rs:70
          never false          *action != Action::Delete  tests/tests/coverage/main.rs:71:28
          never true or false  !doc.public                tests/tests/coverage/main.rs:71:57
      permit by_level   13 of 14  tests/tests/coverage/main.rs:76
          never false          level >= 1                 tests/tests/coverage/main.rs:79:25
      permit by_folder    4 of 4  tests/tests/coverage/main.rs:88
      fact Viewer         5 of 6  tests/tests/coverage/main.rs:49
          never false          Viewer(user, above).await  tests/tests/coverage/main.rs:52:32
    "#);
}

#[policy]
fn threshold(user: &u32, doc: &Document) -> bool {
    doc.owner == *user && doc.public
}

#[policy(unconditional)]
fn everybody(_: &u32) -> bool {
    true
}

#[test]
fn a_threshold_fails_a_test_with_the_report() {
    static THRESHOLD: Gate<Documents, (threshold, everybody)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let ask = |doc| drop(THRESHOLD.bind(&session, &7, &Action::Read).check_local(&doc));
    ask(Document { owner: 7, public: true, ..Document::default() });
    let report = seen_of(THRESHOLD.plan());
    // A policy without conditions has one outcome: it ran.
    assert_eq!((report.seen(), report.ways()), (2, 5));
    report.assert_at_least(40);
    report.assert_at_least(39.5);
    for percent in [40.001, 100.0, 101.0, f64::NAN] {
        let text = panic_of(|| report.assert_at_least(percent));
        assert_eq!(text, format!("the policy coverage is less than {percent} %\n{report}"));
    }
    ask(Document::default());
    ask(Document { owner: 7, ..Document::default() });
    seen_of(THRESHOLD.plan()).assert_at_least(100);
    // A report without policies is a mistake.
    let nothing = Coverage::seen().of([]);
    panic_of(|| nothing.assert_at_least(0));
    assert_eq!(nothing.to_string(), "policy coverage: 0 of 0 ways (0 %)\n");
}
