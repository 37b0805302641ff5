//! Coverage of policies and derived facts: a run counts where it can change the decision.

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, FactTable};

use super::*;

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
async fn trusted_reads(user: &u32, Action::Read: &Action, _: &Document) -> bool {
    Trusted(*user).await
}

#[policy]
async fn trusted_edits(user: &u32, Action::Edit: &Action, _: &Document) -> bool {
    Trusted(*user).await
}

#[test]
fn derived_facts_are_covered_where_policies_read_them() {
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
    // A cached fact is covered where it is read again.
    assert_eq!(
        check(9, Action::Read),
        ["never false: Trusted(*user).await", "never false: Level(user).await == Some(9)",]
    );
    assert_eq!(check(7, Action::Edit), [""; 0]);
    // A derived fact is listed once, however many policies read it.
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
fn a_fact_that_is_not_loaded_has_not_run() {
    static VOUCHED: Gate<Documents, (not_vouched, not_this_time)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new().with(Level(5), 5));
    let check = |user: u32| {
        let access = VOUCHED.bind(&session, &user, &Action::Read);
        let _ = block_on(access.check(&Document { draft: true, ..Document::default() }));
        gaps(VOUCHED.plan())
    };
    // No permit applies, so `not_vouched` is not needed.
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
