//! Which ways of a gate's conditions a test run has seen.
//!
//! What a process has seen only grows, and the tests of this file share one: each has policies of its
//! own. What needs a process of its own is in tests that others run.
#![cfg(not(loom))]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use gatehouse::prelude::*;
use gatehouse::testing::{
    Coverage, CoverageReport, FactTable, assert_allow, assert_deny, assert_indeterminate, block_on,
};
use gatehouse::{DynGate, GatePlan, boxed};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Edit,
    Delete,
}

#[derive(Clone, Copy, Default)]
pub struct Document {
    owner: u32,
    folder: u32,
    public: bool,
    draft: bool,
}

struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Level(user: u32) -> u32;
    pub Banned(user: u32) -> bool = false;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Parent(folder: u32) -> u32;
    /// Recursive.
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(above) => Viewer(user, above).await,
                None => false,
            }
    }
    /// Read by two policies.
    pub Trusted(user: u32) -> bool {
        !Banned(user).await && Level(user).await == Some(9)
    }
}

/// Banned users do nothing.
#[policy(forbid)]
async fn banned(user: &u32) -> bool {
    Banned(*user).await
}

/// Owners do anything but delete what others can see.
#[policy]
fn owner(user: &u32, action: &Action, doc: &Document) -> bool {
    doc.owner == *user && (*action != Action::Delete || !doc.public)
}

/// Each level may do more.
#[policy]
async fn by_level(user: &u32, action: &Action, doc: &Document) -> bool {
    let level = Level(*user).await?;
    match action {
        Action::Read => level >= 1,
        Action::Edit if doc.draft => level >= 2,
        Action::Edit => level >= 3,
        Action::Delete => false,
    }
}

/// Who sees a folder reads what is in it.
#[policy]
async fn by_folder(user: &u32, Action::Read: &Action, doc: &Document) -> bool {
    Viewer(*user, doc.folder).await
}

static GATE: Gate<Documents, (banned, owner, by_level, by_folder)> = Gate::new();

/// Its last condition is written on two lines.
#[policy]
async fn recorded(user: &u32, doc: &Document) -> bool {
    doc.public
        || Viewer(*user, doc.folder).await
            && "a line
and another" != "\t"
}

static RECORDED: Gate<Documents, (recorded, owner)> = Gate::new();

fn seen_of(plan: GatePlan) -> CoverageReport {
    Coverage::seen().of([plan])
}

/// What was not seen, as text: each way, and the condition.
fn gaps(plan: GatePlan) -> Vec<String> {
    let report = seen_of(plan).to_string();
    let lines = report.lines().filter_map(|line| line.strip_prefix("      "));
    let words = |line: &str| {
        let columns = line.split("  ").map(str::trim).filter(|column| !column.is_empty());
        columns.take(2).collect::<Vec<_>>().join(": ")
    };
    lines.map(words).collect()
}

/// The text of the panic of `run`, which must panic.
fn panic_of<T>(run: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).err().expect("it panics");
    *panic.downcast::<String>().expect("a text")
}

fn facts() -> FactTable {
    FactTable::new()
        .rows((1..=3).map(|user| (Level(user), user)))
        .rows((1..=4).map(|folder| (Parent(folder), folder - 1)))
        .with(Banned(8), true)
        .with(Grant(7, 1), true)
}

#[test]
fn a_report_lists_every_policy_and_what_was_not_seen_of_it() {
    Coverage::record();
    let session = Session::new(facts());
    let bind = |user, action| GATE.bind(&session, user, action);
    insta::assert_snapshot!(seen_of(GATE.plan()), @r#"
    policy coverage: 0 of 32 ways (0 %)

      forbid banned      0 of 2  tests/tests/coverage/main.rs:63
          never ran
      permit owner       0 of 6  tests/tests/coverage/main.rs:69
          never ran
      permit by_level   0 of 14  tests/tests/coverage/main.rs:75
          never ran
      permit by_folder   0 of 4  tests/tests/coverage/main.rs:87
          never ran
      fact Viewer        0 of 6  tests/tests/coverage/main.rs:48
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

      forbid banned      1 of 2  tests/tests/coverage/main.rs:63
          never true           Banned(*user).await              tests/tests/coverage/main.rs:64:5
      permit owner       3 of 6  tests/tests/coverage/main.rs:69
          never false          *action != Action::Delete        tests/tests/coverage/main.rs:70:28
          never true or false  !doc.public                      tests/tests/coverage/main.rs:70:57
      permit by_level   5 of 14  tests/tests/coverage/main.rs:75
          never taken          action is Action::Read           tests/tests/coverage/main.rs:78:9
          never true or false  level >= 1                       tests/tests/coverage/main.rs:78:25
          never false          doc.draft                        tests/tests/coverage/main.rs:79:25
          never true           level >= 2                       tests/tests/coverage/main.rs:79:38
          never taken          action is Action::Edit           tests/tests/coverage/main.rs:80:9
          never true or false  level >= 3                       tests/tests/coverage/main.rs:80:25
          never taken          action is Action::Delete         tests/tests/coverage/main.rs:81:9
      permit by_folder   3 of 4  tests/tests/coverage/main.rs:87
          never false          Viewer(*user, doc.folder).await  tests/tests/coverage/main.rs:88:5
      fact Viewer        4 of 6  tests/tests/coverage/main.rs:48
          never false          Viewer(user, above).await        tests/tests/coverage/main.rs:51:32
          never taken          Parent(folder).await is None     tests/tests/coverage/main.rs:52:17
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

      forbid banned       2 of 2  tests/tests/coverage/main.rs:63
      permit owner        3 of 6  tests/tests/coverage/main.rs:69
          never false          *action != Action::Delete  tests/tests/coverage/main.rs:70:28
          never true or false  !doc.public                tests/tests/coverage/main.rs:70:57
      permit by_level   13 of 14  tests/tests/coverage/main.rs:75
          never false          level >= 1                 tests/tests/coverage/main.rs:78:25
      permit by_folder    4 of 4  tests/tests/coverage/main.rs:87
      fact Viewer         5 of 6  tests/tests/coverage/main.rs:48
          never false          Viewer(user, above).await  tests/tests/coverage/main.rs:51:32
    "#);
}

#[policy]
fn short_circuits(user: &u32, doc: &Document) -> bool {
    (doc.owner == *user && doc.draft) || doc.public
}

#[test]
fn what_is_short_circuited_is_not_seen() {
    static SHORT: Gate<Documents, short_circuits> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let check = |owner, draft, public| {
        let doc = Document { owner, folder: 0, public, draft };
        let _ = SHORT.bind(&session, &7, &Action::Read).check_local(&doc);
        gaps(SHORT.plan())
    };
    assert_eq!(gaps(SHORT.plan()), ["never ran"]);
    assert_eq!(
        check(7, true, true),
        [
            "never false: doc.owner == *user",
            "never false: doc.draft",
            "never true or false: doc.public"
        ]
    );
    assert_eq!(check(8, true, true), ["never false: doc.draft", "never false: doc.public"]);
    assert_eq!(check(7, false, true), ["never false: doc.public"]);
    assert_eq!(check(8, false, false), [""; 0]);
}

macro_rules! written_once {
    ($name:ident($user:ident, $doc:ident): $condition:expr) => {
        #[policy]
        fn $name($user: &u32, $doc: &Document) -> bool {
            $condition || ($doc.draft && $condition)
        }
    };
}

written_once!(twice(user, doc): doc.owner == *user);

#[test]
fn conditions_that_are_written_in_one_place_are_told_apart() {
    static TWICE: Gate<Documents, twice> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let check = |owner, draft| {
        let doc = Document { owner, draft, ..Document::default() };
        let _ = TWICE.bind(&session, &7, &Action::Read).check_local(&doc);
        let mut gaps = gaps(TWICE.plan());
        gaps.sort_unstable();
        gaps
    };
    assert_eq!(
        check(7, true),
        [
            "never false: doc.owner == *user",
            "never true or false: doc.draft",
            "never true or false: doc.owner == *user"
        ]
    );
    assert_eq!(check(8, true), ["never false: doc.draft", "never true: doc.owner == *user"]);
}

#[policy]
async fn patterns(user: &u32, doc: &Document) -> bool {
    let Some(level) = Level(*user).await else { return false };
    if let Some(above) = Parent(doc.folder).await
        && let Some(2..) = Parent(above).await
    {
        return level > 1;
    }
    if let 7 = doc.owner { doc.public } else { matches!(doc.owner, 8 | 9) }
}

#[test]
fn patterns_match_or_do_not() {
    static PATTERNS: Gate<Documents, patterns> = Gate::new();
    Coverage::record();
    let session = Session::new(facts());
    let check = |user: u32, owner, folder| {
        let doc = Document { owner, folder, ..Document::default() };
        let _ = block_on(PATTERNS.bind(&session, &user, &Action::Read).check(&doc));
        gaps(PATTERNS.plan())
    };
    assert_eq!(
        check(1, 7, 0),
        [
            "never unmatched: let Some(level) = Level(*user).await",
            "never matched: let Some(above) = Parent(doc.folder).await",
            "never matched or unmatched: let Some(2..) = Parent(above).await",
            "never true or false: level > 1",
            "never unmatched: let 7 = doc.owner",
            "never true: doc.public",
            "never true or false: matches!(doc.owner, 8 | 9)",
        ]
    );
    assert_eq!(
        check(9, 7, 0),
        [
            "never matched: let Some(above) = Parent(doc.folder).await",
            "never matched or unmatched: let Some(2..) = Parent(above).await",
            "never true or false: level > 1",
            "never unmatched: let 7 = doc.owner",
            "never true: doc.public",
            "never true or false: matches!(doc.owner, 8 | 9)",
        ]
    );
    assert_eq!(
        check(1, 8, 2),
        [
            "never matched: let Some(2..) = Parent(above).await",
            "never true or false: level > 1",
            "never true: doc.public",
            "never false: matches!(doc.owner, 8 | 9)",
        ]
    );
    assert_eq!(
        check(1, 6, 4),
        [
            "never true: level > 1",
            "never true: doc.public",
            "never false: matches!(doc.owner, 8 | 9)"
        ]
    );
    assert_eq!(
        check(2, 6, 4),
        ["never true: doc.public", "never false: matches!(doc.owner, 8 | 9)"]
    );
    assert_eq!(check(2, 6, 0), ["never true: doc.public"]);
}

#[policy(forbid)]
fn no_drafts(doc_user: &u32, doc: &Document) -> bool {
    doc.draft && doc.owner != *doc_user
}

#[policy(forbid)]
fn no_strangers(user: &u32, _: &Document) -> bool {
    *user > 100
}

#[policy]
fn first_permit(user: &u32, _: &Document) -> bool {
    *user == 1
}

#[policy]
fn second_permit(user: &u32, _: &Document) -> bool {
    *user < 3
}

#[test]
fn a_policy_counts_where_it_could_matter() {
    static ORDER: Gate<Documents, (first_permit, no_drafts, second_permit, no_strangers)> =
        Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let check = |user: u32, draft| {
        let doc = Document { draft, ..Document::default() };
        let _ = ORDER.bind(&session, &user, &Action::Read).check_local(&doc);
        gaps(ORDER.plan())
    };
    // The first forbid applies.
    assert_eq!(
        check(1, true),
        [
            "never ran",
            "never false: doc.draft",
            "never false: doc.owner != *doc_user",
            "never ran",
            "never ran"
        ]
    );
    // The second one does.
    assert_eq!(
        check(101, false),
        [
            "never ran",
            "never false: doc.owner != *doc_user",
            "never ran",
            "never false: *user > 100"
        ]
    );
    // The first permit applies.
    assert_eq!(
        check(1, false),
        ["never false: *user == 1", "never false: doc.owner != *doc_user", "never ran"]
    );
    assert_eq!(check(2, false), ["never false: doc.owner != *doc_user", "never false: *user < 3"]);
}

#[policy]
async fn needs_facts(user: &u32, doc: &Document) -> bool {
    Banned(*user).await || Level(*user).await? > 1 && Grant(*user, doc.folder).await
}

#[test]
fn what_is_not_known_counts_neither_way() {
    static FACTS: Gate<Documents, needs_facts> = Gate::new();
    Coverage::record();
    let down = || FactError::safe("down");
    let check = |facts: FactTable| {
        let session = Session::new(facts);
        let access = FACTS.bind(&session, &7, &Action::Read);
        assert_indeterminate!(access, Document::default());
        gaps(FACTS.plan())
    };
    let all = FactTable::new().failing_fact::<Banned>(down()).failing_fact::<Level>(down());
    let nothing = [
        "never true or false: Banned(*user).await",
        "never present or missing: Level(*user).await?",
        "never true or false: Level(*user).await? > 1",
        "never true or false: Grant(*user, doc.folder).await",
    ];
    assert_eq!(check(all.failing_fact::<Grant>(down())), nothing);
    // What can still make it true is asked although the left side failed.
    let banned = FactTable::new().failing_fact::<Banned>(down()).with(Level(7), 2);
    assert_eq!(
        check(banned),
        [
            "never true or false: Banned(*user).await",
            "never missing: Level(*user).await?",
            "never false: Level(*user).await? > 1",
            "never true: Grant(*user, doc.folder).await",
        ]
    );
}

#[policy]
async fn needs_a_pattern(user: &u32, doc: &Document) -> bool {
    if let Some(level) = Level(*user).await
        && let Some(above) = Parent(doc.folder).await
    {
        level > above
    } else {
        false
    }
}

#[test]
fn a_pattern_of_what_is_not_known_counts_neither_way() {
    static PATTERN: Gate<Documents, needs_a_pattern> = Gate::new();
    Coverage::record();
    let session = Session::new(
        FactTable::new().with(Level(7), 1).failing_fact::<Parent>(FactError::safe("down")),
    );
    let check = |user: u32| {
        let _ = block_on(PATTERN.bind(&session, &user, &Action::Read).check(&Document::default()));
        gaps(PATTERN.plan())
    };
    assert_eq!(
        check(7),
        [
            "never unmatched: let Some(level) = Level(*user).await",
            "never matched or unmatched: let Some(above) = Parent(doc.folder).await",
            "never true or false: level > above",
        ]
    );
    assert_eq!(
        check(8),
        [
            "never matched or unmatched: let Some(above) = Parent(doc.folder).await",
            "never true or false: level > above",
        ]
    );
}

#[policy]
async fn trusted_reads(user: &u32, Action::Read: &Action, _: &Document) -> bool {
    Trusted(*user).await
}

#[policy]
async fn trusted_edits(user: &u32, Action::Edit: &Action, _: &Document) -> bool {
    Trusted(*user).await
}

#[test]
fn derived_facts_are_seen_where_policies_read_them() {
    static TRUST: Gate<Documents, (trusted_reads, trusted_edits)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new().with(Level(9), 9).with(Banned(8), true));
    let check = |user: u32, action| {
        let access = TRUST.bind(&session, &user, &action);
        let _ = block_on(access.check(&Document::default()));
        gaps(TRUST.plan())
    };
    assert_eq!(gaps(TRUST.plan()), ["never ran"; 3]);
    assert_eq!(
        check(8, Action::Read),
        [
            "never unmatched: action is Action::Read",
            "never true: Trusted(*user).await",
            "never matched: action is Action::Edit",
            "never true or false: Trusted(*user).await",
            "never true: !Banned(user).await",
            "never true or false: Level(user).await == Some(9)",
        ]
    );
    assert_eq!(
        check(9, Action::Edit),
        [
            "never true: Trusted(*user).await",
            "never false: Trusted(*user).await",
            "never false: Level(user).await == Some(9)",
        ]
    );
    // What is known already is seen where it is read again.
    assert_eq!(
        check(9, Action::Read),
        ["never false: Trusted(*user).await", "never false: Level(user).await == Some(9)",]
    );
    assert_eq!(check(7, Action::Edit), [""; 0]);
    // A derived fact is listed once, whoever reads it.
    let report = Coverage::seen().of([TRUST.plan(), TRUST.plan()]).to_string();
    assert_eq!(report.matches("fact Trusted").count(), 1);
    assert_eq!(report.matches("permit ").count(), 2);
}

fact! {
    pub Vouched(user: u32) -> bool {
        Level(user).await == Some(5)
    }
}

#[policy(forbid)]
async fn not_vouched(user: &u32, doc: &Document) -> bool {
    doc.draft && !Vouched(*user).await
}

#[policy]
fn not_this_time(user: &u32) -> bool {
    *user == 5
}

#[test]
fn what_is_not_loaded_has_not_run() {
    static VOUCHED: Gate<Documents, (not_vouched, not_this_time)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new().with(Level(5), 5));
    let check = |user: u32| {
        let access = VOUCHED.bind(&session, &user, &Action::Read);
        let _ = block_on(access.check(&Document { draft: true, ..Document::default() }));
        gaps(VOUCHED.plan())
    };
    // No permit applies, so nobody asks who is vouched for.
    assert_eq!(
        check(6),
        [
            "never false: doc.draft",
            "never true or false: !Vouched(*user).await",
            "never true: *user == 5",
            "never ran",
        ]
    );
    assert_eq!(
        check(5),
        [
            "never false: doc.draft",
            "never true: !Vouched(*user).await",
            "never false: Level(user).await == Some(5)",
        ]
    );
}

#[policy]
fn composed(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

#[test]
fn a_gate_composed_at_run_time_is_seen() {
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
fn asked(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

/// Each way to ask sees an owner of its own.
#[test]
fn every_way_to_ask_is_seen() {
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

/// All of a page is seen, and every thread's.
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
    // A policy without conditions has one way: to run.
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
    // A report in which there is nothing to see is a mistake.
    let nothing = Coverage::seen().of([]);
    panic_of(|| nothing.assert_at_least(0));
    assert_eq!(nothing.to_string(), "policy coverage: 0 of 0 ways (0 %)\n");
}

#[policy]
fn guarded(user: &u32, doc: &Document) -> bool {
    doc.owner == *user && doc.folder < 1_000
}

#[test]
fn a_condition_can_be_left_out() {
    static GUARDED: Gate<Documents, (guarded, owner)> = Gate::new();
    let report = || Coverage::recorded_in("no such folder").of([GUARDED.plan()]);
    assert_eq!(report().ways(), 4 + 6);
    let without = report().without("guarded", "doc.folder < 1_000");
    assert_eq!(without.ways(), 2 + 6);
    assert!(!without.to_string().contains("doc.folder"));
    // One that is not there (any more) is told; `owner` keeps what is written the same.
    let text = panic_of(|| report().without("guarded", "doc.public"));
    assert!(
        text.starts_with("`guarded` has no condition `doc.public`\npolicy coverage: "),
        "{text}"
    );
    let twice = || report().without("guarded", "doc.owner == *user");
    assert_eq!(twice().ways(), 2 + 6);
    assert!(twice().to_lcov().contains("\nFNDA:0,guarded\n"));
}

/// An LCOV tracefile, read as strictly as can be: by file, what it says of each function, line and
/// branch.
#[derive(Debug, Default, PartialEq)]
struct Lcov {
    functions: BTreeMap<String, (u32, u64)>,
    lines: BTreeMap<u32, u64>,
    branches: BTreeMap<(u32, u32, u32), Option<u64>>,
}

fn parse_lcov(text: &str) -> BTreeMap<String, Lcov> {
    let mut files = BTreeMap::new();
    for section in text.strip_suffix("end_of_record\n").unwrap().split("end_of_record\n") {
        let mut lines = section.lines().map(|line| line.split_once(':').unwrap());
        assert_eq!(lines.next(), Some(("TN", "")));
        let (kind, file) = lines.next().unwrap();
        assert_eq!(kind, "SF");
        let (mut lcov, mut totals) = (Lcov::default(), BTreeMap::new());
        for (kind, fields) in lines {
            parse_record(&mut lcov, &mut totals, kind, &fields.split(',').collect::<Vec<_>>());
        }
        let hit = |counts: &mut dyn Iterator<Item = u64>| counts.filter(|it| *it > 0).count();
        let Lcov { functions, lines, branches } = &lcov;
        for (kind, total) in [
            ("FNF", functions.len()),
            ("FNH", hit(&mut functions.values().map(|function| function.1))),
            ("LF", lines.len()),
            ("LH", hit(&mut lines.values().copied())),
            ("BRF", branches.len()),
            ("BRH", hit(&mut branches.values().map(|taken| taken.unwrap_or(0)))),
        ] {
            assert_eq!(totals.remove(kind).unwrap_or(0), total, "{kind} of {file}");
        }
        assert!(totals.is_empty());
        assert!(files.insert(file.to_owned(), lcov).is_none(), "{file} is there once");
    }
    files
}

fn parse_record(
    lcov: &mut Lcov,
    totals: &mut BTreeMap<String, usize>,
    kind: &str,
    fields: &[&str],
) {
    let number = |text: &str| text.parse::<u32>().unwrap();
    let is_new = match (kind, fields) {
        ("FN", [line, name]) => {
            lcov.functions.insert((*name).to_owned(), (number(line), 0)).is_none()
        }
        ("FNDA", [count, name]) => {
            lcov.functions.get_mut(*name).unwrap().1 = count.parse().unwrap();
            true
        }
        ("DA", [line, count]) => lcov.lines.insert(number(line), count.parse().unwrap()).is_none(),
        ("BRDA", [line, block, branch, taken]) => {
            let taken = (*taken != "-").then(|| taken.parse().unwrap());
            let key = (number(line), number(block), number(branch));
            lcov.branches.insert(key, taken).is_none()
        }
        (kind, [total]) => totals.insert(kind.to_owned(), total.parse().unwrap()).is_none(),
        other => panic!("{other:?} is no record"),
    };
    assert!(is_new, "{kind}:{fields:?} is there once");
}

#[rustfmt::skip]
mod listed {
    use super::{Action, Document, policy};
    #[policy]
    pub fn lines(user: &u32, action: &Action, doc: &Document) -> bool {
        doc.owner == *user || doc.public || match action {
            Action::Read => doc.draft,
            _ => false,
        }
    }
    pub mod other {
        use super::{Document, policy};
        #[policy]
        pub fn lines(user: &u32, _: &Document) -> bool { *user == 1 }
    }
    /// The line of the first one.
    pub const FIRST: u32 = line!() - 12;
}

#[test]
fn lcov_says_the_same() {
    static LISTED: Gate<Documents, (listed::lines, listed::other::lines)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let doc = Document { owner: 8, ..Document::default() };
    let access = LISTED.bind(&session, &7, &Action::Edit);
    assert_deny!(access, doc);

    let report = seen_of(LISTED.plan());
    let lcov = parse_lcov(&report.to_lcov());
    assert_eq!(lcov.keys().collect::<Vec<_>>(), ["tests/tests/coverage/main.rs"]);
    let (first, other) = (listed::FIRST, listed::FIRST + 9);
    let expected = Lcov {
        functions: [("lines".to_owned(), (first, 1)), (format!("lines:{other}"), (other, 1))]
            .into(),
        lines: [(first, 1), (first + 1, 1), (first + 2, 0), (first + 3, 1), (other, 1)].into(),
        branches: [
            // doc.owner == *user
            ((first + 1, 0, 0), Some(0)),
            ((first + 1, 0, 1), Some(1)),
            // doc.public
            ((first + 1, 1, 0), Some(0)),
            ((first + 1, 1, 1), Some(1)),
            // The arms, each with the way to be taken; and doc.draft
            ((first + 2, 0, 0), None),
            ((first + 2, 1, 0), None),
            ((first + 2, 1, 1), None),
            ((first + 3, 0, 0), Some(1)),
            // *user == 1
            ((other, 0, 0), Some(0)),
            ((other, 0, 1), Some(1)),
        ]
        .into(),
    };
    assert_eq!(lcov["tests/tests/coverage/main.rs"], expected, "{}", report.to_lcov());
}

/// Runs a test of this file that nobody runs otherwise, in a process of its own. Gives what it prints.
fn run_alone(test: &str, folder: &Path, user: u32) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", test]);
    command.env("GATEHOUSE_COVERAGE", folder).env("TEST_USER", user.to_string());
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8(printed).unwrap();
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    printed
}

/// An empty folder for the test `name`.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn user_of_this_run() -> u32 {
    std::env::var("TEST_USER").map_or(7, |user| user.parse().unwrap())
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_some_decisions_are_made() {
    let (session, user) = (Session::new(facts()), user_of_this_run());
    let access = RECORDED.bind(&session, &user, &Action::Read);
    for folder in [1, 1, 0] {
        let _ = block_on(access.check(&Document { folder, ..Document::default() }));
    }
}

#[test]
fn processes_add_up_in_a_folder() {
    let folder = folder("processes");
    let recorded = || Coverage::recorded_in(&folder).of([RECORDED.plan()]);
    assert_eq!(recorded().seen(), 0);
    run_alone("alone_some_decisions_are_made", &folder, 6);
    let of_one = recorded();
    run_alone("alone_some_decisions_are_made", &folder, 7);
    let of_both = recorded();
    // Twice the same adds nothing.
    run_alone("alone_some_decisions_are_made", &folder, 7);
    assert_eq!(recorded().to_string(), of_both.to_string());
    assert!(of_one.seen() < of_both.seen());
    insta::assert_snapshot!(of_one, @r#"
    policy coverage: 7 of 18 ways (38 %)

      permit recorded  2 of 6  tests/tests/coverage/main.rs:95
          never true           doc.public                       tests/tests/coverage/main.rs:96:5
          never true           Viewer(*user, doc.folder).await  tests/tests/coverage/main.rs:97:12
          never true or false  "a line\nand another" != "\t"    tests/tests/coverage/main.rs:98:16
      permit owner     1 of 6  tests/tests/coverage/main.rs:69
          never true           doc.owner == *user               tests/tests/coverage/main.rs:70:5
          never true or false  *action != Action::Delete        tests/tests/coverage/main.rs:70:28
          never true or false  !doc.public                      tests/tests/coverage/main.rs:70:57
      fact Viewer      4 of 6  tests/tests/coverage/main.rs:48
          never true           Grant(user, folder).await        tests/tests/coverage/main.rs:49:9
          never true           Viewer(user, above).await        tests/tests/coverage/main.rs:51:32
    "#);
    insta::assert_snapshot!(of_both, @r#"
    policy coverage: 10 of 18 ways (55 %)

      permit recorded  4 of 6  tests/tests/coverage/main.rs:95
          never true           doc.public                     tests/tests/coverage/main.rs:96:5
          never false          "a line\nand another" != "\t"  tests/tests/coverage/main.rs:98:16
      permit owner     1 of 6  tests/tests/coverage/main.rs:69
          never true           doc.owner == *user             tests/tests/coverage/main.rs:70:5
          never true or false  *action != Action::Delete      tests/tests/coverage/main.rs:70:28
          never true or false  !doc.public                    tests/tests/coverage/main.rs:70:57
      fact Viewer      5 of 6  tests/tests/coverage/main.rs:48
          never true           Viewer(user, above).await      tests/tests/coverage/main.rs:51:32
    "#);
    // One line for each way, however often it is seen.
    for file in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        assert!(lines.windows(2).all(|pair| pair[0] != pair[1]) && lines.len() > 5, "{text}");
    }
}

#[test]
fn lines_that_make_no_sense_are_left_out() {
    let folder = folder("lines");
    let recorded = || Coverage::recorded_in(&folder).of([RECORDED.plan()]);
    run_alone("alone_some_decisions_are_made", &folder, 7);
    let whole = recorded();
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();

    // Every start of every line, and lines with a field too many or another one.
    let mut broken = String::from("\n\t\t\t\nmaybe\ta\tb\t1\t1\t1\tc\nran\ta\tb\t-1\n");
    for line in text.lines() {
        let line: Vec<_> = line.split('\t').collect();
        for fields in 0..line.len() {
            broken += &line[..fields].join("\t");
            broken += "\n";
        }
        broken += &(line.join("\t") + "\tmore\n");
    }
    let mut bytes = broken.into_bytes();
    bytes.extend(b"\xff\xfe\n");
    // What a process could not write to its end.
    bytes.extend(text.lines().next().unwrap().bytes());
    fs::write(folder.join("broken.coverage"), &bytes).unwrap();
    fs::write(folder.join("notes.txt"), "not ours").unwrap();
    fs::create_dir(folder.join("folder.coverage")).unwrap();

    let (whole, with_broken) = (whole.to_string(), recorded().to_string());
    let notes = with_broken.strip_prefix(&whole).expect("the same").trim();
    let notes: Vec<_> = notes.lines().collect();
    assert_eq!(notes.len(), 2, "{notes:#?}");
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let left_out = format!("note: {lines} lines left out of ");
    assert!(notes.iter().any(|note| note.starts_with(&left_out)), "{left_out} {notes:#?}");
    assert!(notes.iter().any(|note| note.contains("folder.coverage cannot be read: ")));

    // Broken lines alone show nothing, and a folder that is not there has seen nothing.
    fs::remove_file(file).unwrap();
    assert_eq!(recorded().seen(), 0);
    let nowhere = Coverage::recorded_in(folder.join("nowhere")).of([RECORDED.plan()]);
    assert_eq!(nowhere.seen(), 0);
    assert!(nowhere.to_string().contains("nowhere cannot be read: "), "{nowhere}");
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_nothing_can_be_written() {
    let session = Session::new(facts());
    let access = RECORDED.bind(&session, &7, &Action::Read);
    assert_allow!(access, Document { folder: 1, ..Document::default() });
    let report = seen_of(RECORDED.plan());
    assert!(report.seen() > 3);
    assert!(report.to_string().contains("\nnote: what was seen is not written to "), "{report}");
}

#[test]
fn a_folder_that_cannot_be_written_changes_no_decision() {
    let file = folder("unwritable").join("file");
    fs::write(&file, "").unwrap();
    let text = run_alone("alone_nothing_can_be_written", &file.join("below"), 7);
    assert_eq!(text.matches("gatehouse: policy coverage: what was seen is not written").count(), 1);
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_it_is_off_until_it_is_switched_on() {
    static ASKED: Gate<Documents, (banned, owner, by_level, by_folder, asked)> = Gate::new();
    let docs: Vec<_> = (0..200)
        .map(|n| Document { owner: n % 11, folder: n % 5, public: n % 2 == 0, draft: n % 3 == 0 })
        .collect();
    let decide = || {
        let facts = std::sync::Arc::new(facts().failing(Level(2), FactError::safe("down")));
        let session = Session::new(facts.clone());
        let mut decisions = Vec::new();
        for (user, action) in (0..10).flat_map(|user| {
            [Action::Read, Action::Edit, Action::Delete].map(|action| (user, action))
        }) {
            let access = ASKED.bind(&session, &user, &action);
            decisions.extend(block_on(access.check_all(&docs)).iter().map(ToString::to_string));
        }
        (decisions, facts.calls::<Level>(), facts.calls::<Grant>(), facts.calls::<Parent>())
    };
    let off = decide();
    assert_eq!(seen_of(ASKED.plan()).seen(), 0);
    Coverage::record();
    assert_eq!(decide(), off);
    assert!(seen_of(ASKED.plan()).seen() > 10);
}

#[test]
fn switched_on_it_changes_no_decision_and_no_load() {
    // Of no length: the environment does not switch it on.
    run_alone("alone_it_is_off_until_it_is_switched_on", Path::new(""), 7);
}

/// Has no `Debug` to speak of.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shy(u32);

impl std::fmt::Debug for Shy {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("on purpose")
    }
}

fact! {
    pub ShyFact(user: u32) -> Shy;
}

struct ShyFacts;
impl FactSource<ShyFact> for ShyFacts {
    async fn load(&self, keys: &[ShyFact]) -> Result<Loaded<ShyFact>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Shy(key.user))).collect())
    }
}

#[derive(Sources)]
struct ShySources {
    #[loads(ShyFact)]
    shy: ShyFacts,
}

#[policy]
async fn shy(user: &u32) -> bool {
    ShyFact(*user).await? == Shy(7)
}

#[policy]
fn panics(user: &u32) -> bool {
    assert!(*user != 7, "it must not run");
    false
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_what_panics_before_a_watcher_panics_nowhere_else() {
    static LOADS: Gate<Documents, shy> = Gate::new();
    static SHY: Gate<Documents, (shy, panics)> = Gate::new();
    let session = Session::new(ShySources { shy: ShyFacts });
    let loads = LOADS.bind(&session, &7, &Action::Read);
    assert!(block_on(loads.check(&Document::default())).is_allow());
    Coverage::record();
    let access = SHY.bind(&session, &7, &Action::Read);
    for _ in 0..2 {
        assert!(block_on(access.check(&Document::default())).is_allow());
    }
    let report = seen_of(SHY.plan()).to_string();
    assert!(!report.contains("was not recorded"), "{report}");
    assert!(report.contains("permit shy     2 of 4") && report.contains("never ran"), "{report}");
}

#[test]
fn what_panics_before_a_watcher_changes_no_decision() {
    let text =
        run_alone("alone_what_panics_before_a_watcher_panics_nowhere_else", &folder("panics"), 7);
    assert!(text.contains("on purpose") && !text.contains("it must not run"), "{text}");
}
