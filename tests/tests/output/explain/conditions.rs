//! The conditions of a body, each with its outcome and its facts.

use gatehouse::explanation::FactFound;
use gatehouse::plan::ConditionKind;
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;
use insta::assert_snapshot;

use super::*;

/// Each kind of condition, met and not met, in the order of evaluation.
#[test]
fn the_conditions_of_a_body() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let Some(level) = Level(doc.id).await else {
            return false;
        };
        if let [first, ..] = doc.tags[..]
            && first == level
        {
            return Shared(user.id, first).await;
        }
        match OrgRole(user.id, doc.org).await {
            Some(Role::Editor) => true,
            Some(role) if role == Role::Viewer => level > 5 || matches!(level, 1 | 2),
            _ => !Suspended(user.id).await,
        }
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let conditions_of = |table, tags: &[u64]| {
        let doc = Document { tags: tags.to_vec(), ..doc(1, 8) };
        conditions(&explained!(GATE, table, Action::Read, doc))
    };
    assert_snapshot!(conditions_of(FactTable::new(), &[]), @"
    no  let Some(level) = Level(doc.id).await
          Level { doc: 1 } is missing
    ");
    let table = || FactTable::new().with(Level(1), 2);
    assert_snapshot!(conditions_of(table(), &[2]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    yes let [first, ..] = doc.tags[..]
    yes first == level
    no  Shared(user.id, first).await
          Shared { user: 7, doc: 2 } is missing, which counts as false
    ");
    assert_snapshot!(conditions_of(table().with(OrgRole(7, 3), Role::Editor), &[9]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    yes let [first, ..] = doc.tags[..]
    no  first == level
    yes OrgRole(user.id, doc.org).await is Some(Role::Editor)
          OrgRole { user: 7, org: 3 } is Editor
    ");
    assert_snapshot!(conditions_of(table().with(OrgRole(7, 3), Role::Viewer), &[]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    no  let [first, ..] = doc.tags[..]
    ?   -
          OrgRole { user: 7, org: 3 } is Viewer
    yes role == Role::Viewer
    yes OrgRole(user.id, doc.org).await is Some(role) if role == Role::Viewer
    no  level > 5
    yes matches!(level, 1 | 2)
    ");
    assert_snapshot!(conditions_of(table(), &[]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    no  let [first, ..] = doc.tags[..]
    yes OrgRole(user.id, doc.org).await is _
          OrgRole { user: 7, org: 3 } is missing
    yes !Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    ");
}

/// A guard is one condition or several, and part of the text of its arm.
#[test]
fn arms_with_guards() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        match Level(doc.id).await {
            Some(level) if level > 5 || Suspended(user.id).await => doc.org == level,
            Some(1 | 2) if !doc.tags.is_empty() => true,
            Some(org) if OrgRole(user.id, org).await == Some(Role::Editor) => true,
            _ => false,
        }
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let conditions_of = |table: FactTable, tags: &[u64]| {
        let doc = Document { tags: tags.to_vec(), ..doc(1, 8) };
        conditions(&explained!(GATE, table, Action::Read, doc))
    };
    let table = || FactTable::new().with(Level(1), 2);
    assert_snapshot!(conditions_of(table().with(Suspended(7), true), &[]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    yes Level(doc.id).await is Some(level) if level > 5 || Suspended(user.id).await
    no  doc.org == level
    ");
    assert_snapshot!(conditions_of(table(), &[4]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    yes !doc.tags.is_empty()
    yes Level(doc.id).await is Some(1 | 2) if !doc.tags.is_empty()
    ");
    assert_snapshot!(conditions_of(table().with(OrgRole(7, 2), Role::Editor), &[]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    no  !doc.tags.is_empty()
    yes OrgRole(user.id, org).await == Some(Role::Editor)
          OrgRole { user: 7, org: 2 } is Editor
    yes Level(doc.id).await is Some(org) if OrgRole(user.id, org).await == Some(Role::Editor)
    ");
    assert_snapshot!(conditions_of(table(), &[]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    no  !doc.tags.is_empty()
    no  OrgRole(user.id, org).await == Some(Role::Editor)
          OrgRole { user: 7, org: 2 } is missing
    yes Level(doc.id).await is _
    ");
}

/// The value of a `let` is a condition if its operator shows that it is a `bool`.
#[test]
fn conditions_in_locals() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let owned = doc.owner == user.id;
        let trusted = owned || Shared(user.id, doc.id).await;
        let editor = OrgRole(user.id, doc.org).await? == Role::Editor;
        let fresh = !matches!(Level(doc.id).await, Some(2..));
        let listed = matches!(Parent(doc.id).await, Some(1 | 2));
        // Numbers, and values that may be numbers.
        let mask = !doc.id;
        let suspended = Suspended(user.id).await;
        (trusted && editor || fresh && listed) && mask > 0 && !suspended
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let table = FactTable::new().with(Shared(7, 1), true).with(OrgRole(7, 3), Role::Viewer);
    let explanation = explained!(GATE, table, Action::Read, doc(1, 8));
    assert_snapshot!(conditions(&explanation), @"
    no  doc.owner == user.id
    no  owned
    yes Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } is true
    yes OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is Viewer
    no  OrgRole(user.id, doc.org).await? == Role::Editor
    yes !matches!(Level(doc.id).await, Some(2..))
          Level { doc: 1 } is missing
    no  matches!(Parent(doc.id).await, Some(1 | 2))
          Parent { doc: 1 } is missing
    ?   -
          Suspended { user: 7 } is missing, which counts as false
    yes trusted
    no  editor
    yes fresh
    no  listed
    ");
    // These do not end the body.
    let conditions = explanation.policies[0].policy.plan.conditions.iter();
    let ending = conditions.filter(|it| it.if_true.is_some() || it.if_false.is_some());
    let ending: Vec<_> = ending.map(|it| it.text).collect();
    assert_eq!(ending, ["fresh", "listed", "mask > 0", "!suspended"]);
}

/// If a labelled block is the answer, so is the value of each `break` out of it.
#[test]
fn the_value_of_a_labelled_block() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        'answer: {
            let count = 'count: {
                if doc.tags.is_empty() {
                    break 'count 2;
                }
                doc.tags.len()
            };
            if count > 2 {
                break 'answer doc.owner == user.id;
            }
            for tag in &doc.tags {
                if *tag == doc.org {
                    break 'answer true;
                }
            }
            if doc.id == 1 {
                break 'answer Shared(user.id, doc.id).await || count == 1;
            }
            Suspended(user.id).await
        }
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let explained = |id, tags: &[u64]| {
        let doc = Document { tags: tags.to_vec(), ..doc(id, 8) };
        explained!(GATE, FactTable::new(), Action::Read, doc)
    };
    let conditions_of = |id, tags: &[u64]| {
        let explanation = explained(id, tags);
        let changes: Vec<_> =
            explanation.counterfactuals.iter().map(|it| it.condition.text).collect();
        format!("{}{changes:?}", conditions(&explanation))
    };
    assert_snapshot!(conditions_of(1, &[7, 8, 9]), @r#"
    no  doc.tags.is_empty()
    yes count > 2
    no  doc.owner == user.id
    ["doc.owner == user.id"]
    "#);
    assert_snapshot!(conditions_of(1, &[3]), @"
    no  doc.tags.is_empty()
    no  count > 2
    yes *tag == doc.org
    []
    ");
    assert_snapshot!(conditions_of(1, &[]), @r#"
    yes doc.tags.is_empty()
    no  count > 2
    yes doc.id == 1
    no  Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } is missing, which counts as false
    no  count == 1
    ["count == 1"]
    "#);
    assert_snapshot!(conditions_of(2, &[4]), @r#"
    no  doc.tags.is_empty()
    no  count > 2
    no  *tag == doc.org
    no  doc.id == 1
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    ["Suspended(user.id).await"]
    "#);
}

/// Texts are formatted as by rustfmt, on one line.
#[test]
fn texts_are_spaced_as_on_one_line() {
    use std::collections::HashSet;
    #[derive(PartialEq)]
    struct Pair<T> {
        r#type: T,
        other: Option<T>,
    }
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let id = user.id;
        doc.tags.iter().copied().collect::<HashSet<_>>().len() < 3
            && <Option<u64>>::None.is_none()
            && Pair::<Vec<i64>> { r#type: Vec::new(), other: None }.other < Some(vec![-1])
            && Pair { r#type: !doc.org, other: Some(4) } != Pair { r#type: 4, other: None }
            && -(Role::Editor as i64) < 0
            && matches!(doc.tags[..1], [first, ..] if first > 0 || first & 1 == 0)
            && doc.tags.iter().map(|tag: &u64| -> Option<u64> { tag.checked_sub(1) }).all(|it| {
                if it.is_none() {
                    return false;
                }
                !matches!(it, Some(9))
            })
            && (0..=doc.org).contains(&3)
            && Level(match user {
                User { id: 1.. } => doc.id,
                _ => id,
            })
            .await
            .is_none()
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let doc = Document { tags: vec![4], ..doc(1, 8) };
    assert_snapshot!(conditions(&explained!(GATE, FactTable::new(), Action::Read, doc)), @"
    yes doc.tags.iter().copied().collect::<HashSet<_>>().len() < 3
    yes <Option<u64>>::None.is_none()
    yes Pair::<Vec<i64>> { r#type: Vec::new(), other: None }.other < Some(vec![-1])
    yes Pair { r#type: !doc.org, other: Some(4) } != Pair { r#type: 4, other: None }
    yes -(Role::Editor as i64) < 0
    yes first > 0
    yes matches!(doc.tags[..1], [first, ..] if first > 0 || first & 1 == 0)
    yes doc.tags.iter().map(|tag: &u64| -> Option<u64> { tag.checked_sub(1) }).all(|it| { if it.is_none() { return false; } !matches!(it, Some(9)) })
    yes (0..=doc.org).contains(&3)
    yes user is User { id: 1.. }
    yes Level(match user { User { id: 1.. } => doc.id, _ => id }).await.is_none()
          Level { doc: 1 } is missing
    ");
}

/// A failed fact belongs to its own condition, although the other side of `||` is read as well.
#[test]
fn conditions_whose_facts_fail() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        (Shared(user.id, doc.id).await || Suspended(user.id).await)
            && OrgRole(user.id, doc.org).await? == Role::Editor
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let conditions_of = |table| conditions(&explained!(GATE, table, Action::Read, doc(1, 8)));
    let table = || FactTable::new().failing(Shared(7, 1), broken());
    assert_snapshot!(conditions_of(table()), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    no  OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is missing
    ");
    assert_snapshot!(conditions_of(table().with(Suspended(7), true)), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    no  OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is missing
    ");
    let table = table().with(Suspended(7), true).with(OrgRole(7, 3), Role::Editor);
    assert_snapshot!(conditions_of(table), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    yes OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is Editor
    yes OrgRole(user.id, doc.org).await? == Role::Editor
    ");
    let table = FactTable::new().with(Shared(7, 1), true).failing(OrgRole(7, 3), broken());
    assert_snapshot!(conditions_of(table), @"
    yes Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } is true
    ?   OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } failed to load: its source failed
    ");
}

#[test]
fn many_keys() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let id = user.id;
        let levels: u64 =
            each(doc.tags.iter().map(|tag| Level(*tag))).await.into_iter().flatten().sum();
        any(doc.tags.iter().map(|tag| Shared(id, *tag))).await && levels > 3
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let table = FactTable::new().with(Level(4), 4).with(Shared(7, 5), true);
    let doc = Document { tags: vec![4, 5, 6], ..doc(1, 8) };
    assert_snapshot!(conditions(&explained!(GATE, table, Action::Read, doc)), @"
    ?   -
          Level { doc: 4 } is 4
          Level { doc: 5 } is missing
          Level { doc: 6 } is missing
    yes any(doc.tags.iter().map(|tag| Shared(id, *tag))).await
          Shared { user: 7, doc: 4 } is missing, which counts as false
          Shared { user: 7, doc: 5 } is true
    yes levels > 3
    ");
}

#[test]
fn derived_facts_say_why() {
    static GATE: Gate<Documents, (sees, sees_too)> = Gate::new();
    let table = FactTable::new().with(Parent(1), 2).with(Parent(2), 3).with(Shared(7, 3), true);
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 8)), @"
    allowed by `sees`
    ├─ permit `sees` applies (tests/tests/output/explain/mod.rs:75)
    │  ✓ Sees(user.id, doc.id).await
    │      Sees { user: 7, doc: 1 } is true
    │        ✗ Shared(user, doc).await
    │            Shared { user: 7, doc: 1 } is missing, which counts as false
    │        ✓ → Parent(doc).await is Some(above)
    │            Parent { doc: 1 } is 2
    │        ✓ Sees(user, above).await
    │            Sees { user: 7, doc: 2 } is true
    │              ✗ Shared(user, doc).await
    │                  Shared { user: 7, doc: 2 } is missing, which counts as false
    │              ✓ → Parent(doc).await is Some(above)
    │                  Parent { doc: 2 } is 3
    │              ✓ Sees(user, above).await
    │                  Sees { user: 7, doc: 3 } is true
    │                    ✓ Shared(user, doc).await
    │                        Shared { user: 7, doc: 3 } is true
    └─ permit `sees_too` applies (tests/tests/output/explain/mod.rs:80)
       ✓ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is true (as told before)
    ");
    // In a cycle, every key is shown once.
    let table = FactTable::new().with(Parent(1), 2).with(Parent(2), 1);
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 8)), @"
    denied: no permit applies
    ├─ permit `sees` does not apply (tests/tests/output/explain/mod.rs:75)
    │  ✗ Sees(user.id, doc.id).await
    │      Sees { user: 7, doc: 1 } is false
    │        ✗ Shared(user, doc).await
    │            Shared { user: 7, doc: 1 } is missing, which counts as false
    │        ✓ → Parent(doc).await is Some(above)
    │            Parent { doc: 1 } is 2
    │        ✗ Sees(user, above).await
    │            Sees { user: 7, doc: 2 } is false
    │              ✗ Shared(user, doc).await
    │                  Shared { user: 7, doc: 2 } is missing, which counts as false
    │              ✓ → Parent(doc).await is Some(above)
    │                  Parent { doc: 2 } is 1
    │              ✗ Sees(user, above).await
    │                  Sees { user: 7, doc: 1 } is false (as told before)
    └─ permit `sees_too` does not apply (tests/tests/output/explain/mod.rs:80)
       ✗ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is false (as told before)
    ");
}

/// The plan lists all conditions; each condition of an explanation is one of them.
#[test]
fn conditions_are_those_of_the_plan() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Viewer);
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 8));
    for policy in &explanation.policies {
        for met in &policy.conditions {
            let condition = met.condition.expect("no fact stands alone here");
            assert!(policy.policy.plan.conditions.contains(condition));
        }
    }
    let editor = &explanation.policies[2].conditions;
    let kinds: Vec<_> = editor.iter().filter_map(|met| met.condition).map(|it| it.kind).collect();
    assert_eq!(kinds, [ConditionKind::Pattern, ConditionKind::Present, ConditionKind::Truth]);
    assert_eq!(editor[1].facts[0].found, FactFound::Value("Viewer".into()));
    assert!(editor[1].facts[0].source.is_some_and(|source| source.ends_with("FactTable")));
}
