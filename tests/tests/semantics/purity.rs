//! Bodies that read another key in each run end, and allow nothing.

use std::sync::atomic::{AtomicU32, Ordering};

use gatehouse::prelude::*;
use gatehouse_tests::Scripted;
use gatehouse_tests::domains::Things;
use gatehouse_tests::facts::Flag;

#[derive(Sources)]
struct Facts {
    #[loads(Flag)]
    flag: Scripted<Flag>,
}

fn session() -> Session<Facts> {
    Session::new(Facts { flag: Scripted::always(true) })
}

fn another() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[policy]
async fn asks_for_another_key_each_time(_: &()) -> bool {
    Flag(another()).await
}

#[policy]
async fn asks_for_others_later(_: &()) -> bool {
    Flag(0).await && Flag(another()).await && Flag(another()).await
}

#[policy(forbid)]
async fn forbids_by_another_key_each_time(_: &()) -> bool {
    Flag(another()).await
}

#[policy]
fn anything(_: _, thing: &u32) -> bool {
    *thing < 1000
}

#[tokio::test]
async fn an_impure_permit_is_indeterminate() {
    static ONE: Gate<Things, asks_for_another_key_each_time> = Gate::new();
    static LATER: Gate<Things, asks_for_others_later> = Gate::new();
    for decision in [
        ONE.bind(&session(), &(), &()).check(&1).await,
        LATER.bind(&session(), &(), &()).check(&1).await,
    ] {
        let Decision::Indeterminate { failed, .. } = &decision else { panic!("{decision}") };
        let text = failed.last().map(ToString::to_string);
        let expected = "`Flag`: the rule asks for another key each time it runs";
        assert_eq!(text.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn an_impure_forbid_allows_nobody() {
    static GATE: Gate<Things, (forbids_by_another_key_each_time, anything)> = Gate::new();
    let decisions = GATE.bind(&session(), &(), &()).check_all(0..100_u32).await;
    assert!(decisions.iter().all(Decision::is_indeterminate));
}

#[tokio::test]
async fn an_impure_policy_ends_where_another_one_permits() {
    static GATE: Gate<Things, (asks_for_another_key_each_time, anything)> = Gate::new();
    assert!(GATE.bind(&session(), &(), &()).check(&1).await.is_allow());
}
