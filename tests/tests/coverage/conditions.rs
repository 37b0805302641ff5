//! Coverage of conditions: operators, patterns, failures.

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, FactTable, assert_indeterminate};

use super::*;

#[policy]
fn short_circuits(user: &u32, doc: &Document) -> bool {
    (doc.owner == *user && doc.draft) || doc.public
}

#[test]
fn a_short_circuited_condition_is_not_covered() {
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
fn conditions_at_one_place_are_distinguished() {
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

#[policy]
async fn needs_facts(user: &u32, doc: &Document) -> bool {
    Banned(*user).await || Level(*user).await? > 1 && Grant(*user, doc.folder).await
}

#[test]
fn a_failed_condition_counts_neither_way() {
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
    // A failed left side does not prevent the right side, which can still make it true.
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
fn a_pattern_of_a_failed_fact_counts_neither_way() {
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
    // The report names an exclusion that matches nothing; the same text in `owner` stays.
    let text = panic_of(|| report().without("guarded", "doc.public"));
    assert!(
        text.starts_with("`guarded` has no condition `doc.public`\npolicy coverage: "),
        "{text}"
    );
    let twice = || report().without("guarded", "doc.owner == *user");
    assert_eq!(twice().ways(), 2 + 6);
    assert!(twice().to_lcov().contains("\nFNDA:0,guarded\n"));
}
