//! Observing the conditions of a rule does not change it, and reports no condition that was not evaluated.

use std::sync::Arc;

use gatehouse::explanation::Explanation;
use gatehouse::prelude::*;
use gatehouse_tests::domains::Things;
use gatehouse_tests::facts::Flag;
use gatehouse_tests::{Answer, Scripted};

/// A shared value that cannot be destructured.
#[derive(Clone, Debug)]
pub struct Profile {
    name: Option<String>,
    tags: Vec<Option<String>>,
}

impl Drop for Profile {
    fn drop(&mut self) {}
}

fact! {
    pub Number(id: u32) -> u32;
    pub Shared(id: u32) -> Arc<Profile>;
    pub Owned(id: u32) -> Profile;
}

fn profile() -> Profile {
    Profile { name: Some("a".into()), tags: vec![Some("b".into())] }
}

#[derive(Sources)]
struct Facts {
    #[loads(Flag)]
    flags: Scripted<Flag>,
    #[loads(Number)]
    numbers: Scripted<Number>,
    #[loads(Shared)]
    shared: Scripted<Shared>,
    #[loads(Owned)]
    owned: Scripted<Owned>,
}

/// Flag 1 is true, flag 2 fails, and all other keys have a value.
fn session() -> Session<Facts> {
    Session::new(Facts {
        flags: Scripted::new(|key: &Flag| match key.id {
            2 => Answer::Failure,
            id => Answer::Value(id == 1),
        }),
        numbers: Scripted::new(|key: &Number| Answer::Value(key.id)),
        shared: Scripted::new(|_| Answer::Value(Arc::new(profile()))),
        owned: Scripted::new(|_| Answer::Value(profile())),
    })
}

/// An `if` that is not the answer, without a semicolon after it.
#[policy]
async fn counts(_: _, thing: &u32) -> bool {
    let mut count = 0;
    if Flag(*thing).await {
        count += 1
    }
    match Number(*thing).await {
        Some(1) => count += 1,
        _ => (),
    }
    count == 2
}

/// A pattern that borrows from a value that cannot be moved.
#[policy]
async fn borrows(_: _, thing: &u32) -> bool {
    if Flag(*thing).await
        && let Some(name) = &Shared(*thing).await?.name
        && let Some(ref same) = Shared(*thing).await?.name
        && let Some(ref owned) = Owned(*thing).await?.name
        && let Some(ref tag) = Owned(*thing).await?.tags[0]
        && let Profile { tags, .. } = &*Shared(*thing).await?
    {
        name == same && name == owned && tags.contains(&Some(tag.clone()))
    } else {
        false
    }
}

/// The value of the pattern is never computed: the policy returns before.
#[policy]
async fn leaves(_: _, thing: &u32) -> bool {
    if *thing > 0
        && let Some(2) = (if Flag(*thing).await { return true } else { Some(*thing) })
    {
        return false;
    }
    false
}

/// The value of the pattern is never computed: a fact inside its condition fails.
#[policy]
async fn fails(_: _, thing: &u32) -> bool {
    if *thing > 0
        && let Some(2) = Number(if Flag(*thing + 1).await { 1 } else { 2 }).await
    {
        return false;
    }
    true
}

async fn explained<A: gatehouse::bounds::PolicySet<Things, Facts>>(
    gate: &Gate<Things, A>,
    thing: u32,
) -> Explanation {
    gate.bind(&session(), &(), &()).explain(&thing).await
}

/// The reported conditions of the first policy.
fn reported(explanation: &Explanation) -> Vec<(&'static str, Option<bool>)> {
    let conditions = explanation.policies[0].conditions.iter();
    conditions.map(|met| (met.condition.map_or("", |it| it.text), met.held)).collect()
}

#[tokio::test]
async fn a_statement_is_no_answer() {
    static GATE: Gate<Things, counts> = Gate::new();
    let explanation = explained(&GATE, 1).await;
    assert!(explanation.decision.is_allow(), "{explanation}");
    let must = [
        ("Flag(*thing).await", Some(true)),
        ("Number(*thing).await is Some(1)", Some(true)),
        ("count == 2", Some(true)),
    ];
    assert_eq!(reported(&explanation), must);
}

#[tokio::test]
async fn a_pattern_may_borrow_from_a_fact() {
    static GATE: Gate<Things, borrows> = Gate::new();
    let explanation = explained(&GATE, 1).await;
    assert!(explanation.decision.is_allow(), "{explanation}");
    let must = "let Some(ref tag) = Owned(*thing).await?.tags[0]";
    assert!(reported(&explanation).contains(&(must, Some(true))), "{explanation}");
}

#[tokio::test]
async fn a_pattern_that_is_never_tried_has_no_outcome() {
    static LEAVES: Gate<Things, leaves> = Gate::new();
    static FAILS: Gate<Things, fails> = Gate::new();
    let left = explained(&LEAVES, 1).await;
    assert_eq!(reported(&left), [("*thing > 0", Some(true)), ("Flag(*thing).await", Some(true))]);
    let missed = explained(&LEAVES, 3).await;
    let pattern = "let Some(2) = (if Flag(*thing).await { return true } else { Some(*thing) })";
    assert_eq!(reported(&missed).last(), Some(&(pattern, Some(false))));
    let failed = explained(&FAILS, 1).await;
    assert!(failed.decision.is_indeterminate(), "{failed}");
    assert_eq!(reported(&failed), [("*thing > 0", Some(true)), ("Flag(*thing + 1).await", None)]);
}
