//! Explanations: what they say, that they load nothing, and that they show nothing they should not.

use std::sync::Arc;

use futures::executor::block_on;
use gatehouse::explanation::{ConditionMet, FactFound, PolicyOutcome};
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;
use gatehouse::{ConditionKind, DynGate, Explanation, boxed};
use insta::assert_snapshot;

struct User {
    id: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Action {
    Read,
    Edit,
}

struct Document {
    id: u64,
    org: u64,
    owner: u64,
    tags: Vec<u64>,
}

struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}

fact! {
    /// The role that `user` holds in `org`.
    pub OrgRole(user: u64, org: u64) -> Role;
    pub Suspended(user: u64) -> bool = false;
    pub Shared(user: u64, doc: u64) -> bool = false;
    pub Level(doc: u64) -> u64;
    pub Parent(doc: u64) -> u64;
    /// `user` sees `doc`: it is shared with them, or one above it is.
    pub Sees(user: u64, doc: u64) -> bool {
        Shared(user, doc).await
            || match Parent(doc).await {
                Some(above) => Sees(user, above).await,
                None => false,
            }
    }
}

/// Suspended users do nothing.
#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Owners do anything to their documents.
#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Editors of the organisation may edit.
#[policy]
async fn editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await? >= Role::Editor
}

#[policy]
async fn sees(user: &User, doc: &Document) -> bool {
    Sees(user.id, doc.id).await
}

#[policy]
async fn sees_too(user: &User, doc: &Document) -> bool {
    Sees(user.id, doc.id).await
}

static GATE: Gate<Documents, (suspended, owner, editor)> = Gate::new();

const USER: User = User { id: 7 };

fn doc(id: u64, owner: u64) -> Document {
    Document { id, org: 3, owner, tags: Vec::new() }
}

fn broken() -> FactError {
    FactError::new("the password is swordfish")
}

/// What `$gate` explains of [`USER`] doing `$action`.
macro_rules! explained {
    ($gate:expr, $table:expr, $action:expr, $doc:expr) => {
        block_on($gate.bind(&Session::new($table), &USER, &$action).explain(&$doc))
    };
}

/// The conditions of a gate's first policy: what each came to, and its facts.
fn conditions(explanation: &Explanation) -> String {
    let line = |met: &ConditionMet| {
        let held = match met.held {
            Some(true) => "yes",
            Some(false) => "no ",
            None => "?  ",
        };
        let text = met.condition.map_or("-", |condition| condition.text);
        let facts = met.facts.iter().map(|fact| format!("\n      {} {}", fact.key, fact.found));
        format!("{held} {text}{}\n", facts.collect::<String>())
    };
    explanation.policies[0].conditions.iter().map(line).collect()
}

/// Without the lines at which policies stand.
fn without_places(text: &str) -> String {
    let bare = |line: &str| match line.split_once(" (tests/tests/output/explain.rs:") {
        Some((before, _)) => format!("{before}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(bare).collect()
}

#[test]
fn an_allow() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Editor);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 8)), @"
    allowed by `editor`
    ├─ forbid `suspended` does not apply (tests/tests/output/explain.rs:62)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/output/explain.rs:68)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` applies (tests/tests/output/explain.rs:74)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ✓ OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } is Editor
       ✓ OrgRole(user.id, doc.org).await? >= Role::Editor
    It would be denied if `Suspended(user.id).await` held, all else unchanged (`suspended`).
    It would be denied if `OrgRole(user.id, doc.org).await? >= Role::Editor` did not hold, all else unchanged (`editor`).
    ");
}

#[test]
fn a_deny_by_a_forbid() {
    let table = FactTable::new().with(Suspended(7), true);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 7)), @"
    denied by `suspended`
    ├─ forbid `suspended` applies (tests/tests/output/explain.rs:62)
    │  Suspended users do nothing.
    │  ✓ Suspended(user.id).await
    │      Suspended { user: 7 } is true
    ├─ permit `owner` applies (tests/tests/output/explain.rs:68)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` was not needed: a forbid applies (tests/tests/output/explain.rs:74)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ? OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } was not loaded
    It would be allowed if `Suspended(user.id).await` did not hold, all else unchanged (`suspended`).
    ");
}

#[test]
fn a_deny_because_no_permit_applies() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Viewer);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 8)), @"
    denied: no permit applies
    ├─ forbid `suspended` does not apply (tests/tests/output/explain.rs:62)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/output/explain.rs:68)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/output/explain.rs:74)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ✓ OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } is Viewer
       ✗ OrgRole(user.id, doc.org).await? >= Role::Editor
    It would be allowed if `doc.owner == user.id` held, all else unchanged (`owner`).
    It would be allowed if `OrgRole(user.id, doc.org).await? >= Role::Editor` held, all else unchanged (`editor`).
    ");
}

#[test]
fn an_indeterminate() {
    let table = FactTable::new().failing(Suspended(7), broken());
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 7)), @"
    indeterminate: `suspended` could not be decided: `Suspended`: its source failed
    ├─ forbid `suspended` could not be decided (tests/tests/output/explain.rs:62)
    │  Suspended users do nothing.
    │  ? Suspended(user.id).await
    │      Suspended { user: 7 } failed to load: its source failed
    ├─ permit `owner` applies (tests/tests/output/explain.rs:68)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/output/explain.rs:74)
       Editors of the organisation may edit.
       ✗ action is Action::Edit
    It would be denied if `doc.owner == user.id` did not hold, all else unchanged (`owner`).
    ");
}

#[test]
fn as_markdown() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Viewer);
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 8));
    assert_snapshot!(explanation.to_markdown(), @"
    **denied: no permit applies**

    - forbid `suspended` does not apply (tests/tests/output/explain.rs:62)  
      Suspended users do nothing.
      - ✗ `Suspended(user.id).await`
        - `Suspended { user: 7 }` is missing, which counts as `false`

    - permit `owner` does not apply (tests/tests/output/explain.rs:68)  
      Owners do anything to their documents.
      - ✗ `doc.owner == user.id`

    - permit `editor` does not apply (tests/tests/output/explain.rs:74)  
      Editors of the organisation may edit.
      - ✓ `action is Action::Edit`
      - ✓ `OrgRole(user.id, doc.org).await?`
        - `OrgRole { user: 7, org: 3 }` is `Viewer`
      - ✗ `OrgRole(user.id, doc.org).await? >= Role::Editor`

    > It would be allowed if `doc.owner == user.id` held, all else unchanged (`owner`).
    > It would be allowed if `OrgRole(user.id, doc.org).await? >= Role::Editor` held, all else unchanged (`editor`).
    ");
}

#[test]
fn as_data() {
    let table = FactTable::new().failing(OrgRole(7, 3), broken());
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 8));
    let json = serde_json::to_value(&explanation).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&json["policies"][2]).unwrap(), @r#"
    {
      "conditions": [
        {
          "condition": {
            "column": 30,
            "if_false": null,
            "if_true": null,
            "kind": "pattern",
            "line": 74,
            "loads": [],
            "text": "action is Action::Edit"
          },
          "facts": [],
          "held": true
        },
        {
          "condition": {
            "column": 5,
            "if_false": null,
            "if_true": null,
            "kind": "present",
            "line": 75,
            "loads": [
              0
            ],
            "text": "OrgRole(user.id, doc.org).await?"
          },
          "facts": [
            {
              "fact": "OrgRole",
              "found": {
                "failed": "its source failed"
              },
              "key": "OrgRole { user: 7, org: 3 }",
              "source": "gatehouse::testing::table::FactTable"
            }
          ],
          "held": null
        }
      ],
      "outcome": "indeterminate",
      "policy": {
        "docs": "Editors of the organisation may edit.",
        "effect": "permit",
        "location": {
          "file": "tests/tests/output/explain.rs",
          "line": 74
        },
        "name": "editor"
      }
    }
    "#);
    assert_eq!(json["decision"]["outcome"], "indeterminate");
    assert_eq!(json["changes"][0]["policy"]["name"], "suspended");
}

/// Each kind of condition, met and not met, in the order in which the body comes to them.
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
    let said = |table, tags: &[u64]| {
        let doc = Document { tags: tags.to_vec(), ..doc(1, 8) };
        conditions(&explained!(GATE, table, Action::Read, doc))
    };
    assert_snapshot!(said(FactTable::new(), &[]), @"
    no  let Some(level) = Level(doc.id).await
          Level { doc: 1 } is missing
    ");
    let table = || FactTable::new().with(Level(1), 2);
    assert_snapshot!(said(table(), &[2]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    yes let [first, ..] = doc.tags[..]
    yes first == level
    no  Shared(user.id, first).await
          Shared { user: 7, doc: 2 } is missing, which counts as false
    ");
    assert_snapshot!(said(table().with(OrgRole(7, 3), Role::Editor), &[9]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    yes let [first, ..] = doc.tags[..]
    no  first == level
    yes OrgRole(user.id, doc.org).await is Some(Role::Editor)
          OrgRole { user: 7, org: 3 } is Editor
    ");
    assert_snapshot!(said(table().with(OrgRole(7, 3), Role::Viewer), &[]), @"
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
    assert_snapshot!(said(table(), &[]), @"
    yes let Some(level) = Level(doc.id).await
          Level { doc: 1 } is 2
    no  let [first, ..] = doc.tags[..]
    yes OrgRole(user.id, doc.org).await is _
          OrgRole { user: 7, org: 3 } is missing
    yes !Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    ");
}

/// A guard is a condition, or several, and part of its arm's text.
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
    let said = |table: FactTable, tags: &[u64]| {
        let doc = Document { tags: tags.to_vec(), ..doc(1, 8) };
        conditions(&explained!(GATE, table, Action::Read, doc))
    };
    let table = || FactTable::new().with(Level(1), 2);
    assert_snapshot!(said(table().with(Suspended(7), true), &[]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    yes Level(doc.id).await is Some(level) if level > 5 || Suspended(user.id).await
    no  doc.org == level
    ");
    assert_snapshot!(said(table(), &[4]), @"
    ?   -
          Level { doc: 1 } is 2
    no  level > 5
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    yes !doc.tags.is_empty()
    yes Level(doc.id).await is Some(1 | 2) if !doc.tags.is_empty()
    ");
    assert_snapshot!(said(table().with(OrgRole(7, 2), Role::Editor), &[]), @"
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
    assert_snapshot!(said(table(), &[]), @"
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

/// What `let` keeps is a condition where its operator says that it is a `bool`.
#[test]
fn conditions_that_are_kept() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let owned = doc.owner == user.id;
        let trusted = owned || Shared(user.id, doc.id).await;
        let editor = OrgRole(user.id, doc.org).await? == Role::Editor;
        let fresh = !matches!(Level(doc.id).await, Some(2..));
        let listed = matches!(Parent(doc.id).await, Some(1 | 2));
        // Numbers, and what may be one.
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
    // Behind them the body goes on.
    let conditions = explanation.policies[0].policy.plan.conditions.iter();
    let ending = conditions.filter(|it| it.if_true.is_some() || it.if_false.is_some());
    let ending: Vec<_> = ending.map(|it| it.text).collect();
    assert_eq!(ending, ["fresh", "listed", "mask > 0", "!suspended"]);
}

/// Where a block with a label is an answer, so is what a `break` gives it.
#[test]
fn what_a_labelled_block_gives() {
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
    let said = |id, tags: &[u64]| {
        let explanation = explained(id, tags);
        let changes: Vec<_> = explanation.changes.iter().map(|it| it.condition.text).collect();
        format!("{}{changes:?}", conditions(&explanation))
    };
    assert_snapshot!(said(1, &[7, 8, 9]), @r#"
    no  doc.tags.is_empty()
    yes count > 2
    no  doc.owner == user.id
    ["doc.owner == user.id"]
    "#);
    assert_snapshot!(said(1, &[3]), @"
    no  doc.tags.is_empty()
    no  count > 2
    yes *tag == doc.org
    []
    ");
    assert_snapshot!(said(1, &[]), @r#"
    yes doc.tags.is_empty()
    no  count > 2
    yes doc.id == 1
    no  Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } is missing, which counts as false
    no  count == 1
    ["count == 1"]
    "#);
    assert_snapshot!(said(2, &[4]), @r#"
    no  doc.tags.is_empty()
    no  count > 2
    no  *tag == doc.org
    no  doc.id == 1
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    ["Suspended(user.id).await"]
    "#);
}

/// Texts are as rustfmt would write them, were a line long enough.
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

/// A failed fact is that of its own condition, though the other side of `||` is asked as well.
#[test]
fn conditions_whose_facts_fail() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        (Shared(user.id, doc.id).await || Suspended(user.id).await)
            && OrgRole(user.id, doc.org).await? == Role::Editor
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let said = |table| conditions(&explained!(GATE, table, Action::Read, doc(1, 8)));
    let table = || FactTable::new().failing(Shared(7, 1), broken());
    assert_snapshot!(said(table()), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    no  Suspended(user.id).await
          Suspended { user: 7 } is missing, which counts as false
    no  OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is missing
    ");
    assert_snapshot!(said(table().with(Suspended(7), true)), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    no  OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is missing
    ");
    let table = table().with(Suspended(7), true).with(OrgRole(7, 3), Role::Editor);
    assert_snapshot!(said(table), @"
    ?   Shared(user.id, doc.id).await
          Shared { user: 7, doc: 1 } failed to load: its source failed
    yes Suspended(user.id).await
          Suspended { user: 7 } is true
    yes OrgRole(user.id, doc.org).await?
          OrgRole { user: 7, org: 3 } is Editor
    yes OrgRole(user.id, doc.org).await? == Role::Editor
    ");
    let table = FactTable::new().with(Shared(7, 1), true).failing(OrgRole(7, 3), broken());
    assert_snapshot!(said(table), @"
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
    ├─ permit `sees` applies (tests/tests/output/explain.rs:79)
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
    └─ permit `sees_too` applies (tests/tests/output/explain.rs:84)
       ✓ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is true (as told before)
    ");
    // In a circle: every key is shown once.
    let table = FactTable::new().with(Parent(1), 2).with(Parent(2), 1);
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 8)), @"
    denied: no permit applies
    ├─ permit `sees` does not apply (tests/tests/output/explain.rs:79)
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
    └─ permit `sees_too` does not apply (tests/tests/output/explain.rs:84)
       ✗ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is false (as told before)
    ");
}

/// On a session that has checked, an explanation loads nothing; on a fresh one, what a check loads.
#[test]
fn an_explanation_loads_what_the_check_does() {
    let table = Arc::new(FactTable::new().with(Suspended(7), true));
    let session = Session::new(table.clone());
    let access = GATE.bind(&session, &USER, &Action::Edit);
    let document = doc(1, 8);
    assert!(block_on(access.explain(&document)).decision.is_deny());
    let calls = || [table.calls::<Suspended>().len(), table.calls::<OrgRole>().len()];
    let loads = calls();
    assert!(block_on(access.check(&document)).is_deny());
    assert!(block_on(access.explain(&document)).decision.is_deny());
    assert_eq!((loads, calls()), ([1, 1], [1, 1]));
}

#[test]
fn what_was_not_needed_says_why() {
    let table = FactTable::new();
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 7));
    // The owner may: whether they are an editor was asked in the same round, or was not.
    assert!(explanation.decision.is_allow());
    let outcomes: Vec<_> = explanation.policies.iter().map(|policy| policy.outcome).collect();
    assert_eq!(outcomes[..2], [PolicyOutcome::DoesNotApply, PolicyOutcome::Applies]);
    assert_eq!(outcomes[2].to_string(), "was not needed: a permit applies");
}

#[test]
fn composed_gates_explain_alike() {
    let gate: DynGate<Documents, FactTable> = DynGate::new(vec![
        boxed::<suspended, _, _>(),
        boxed::<owner, _, _>(),
        boxed::<editor, _, _>(),
    ]);
    for role in [None, Some(Role::Viewer), Some(Role::Editor)] {
        let table = || FactTable::new().rows(role.map(|role| (OrgRole(7, 3), role)));
        let composed = explained!(gate, table(), Action::Edit, doc(1, 8));
        let listed = explained!(GATE, table(), Action::Edit, doc(1, 8));
        assert_eq!(composed.to_string(), listed.to_string());
    }
}

mod changes {
    use super::*;

    fn changes(explanation: &Explanation) -> Vec<String> {
        explanation.changes.iter().map(ToString::to_string).collect()
    }

    /// A condition guards the ones after it, which nobody knows without it: they might panic, or not end.
    #[test]
    fn nothing_is_tried_out() {
        #[policy]
        fn first_tag(user: &User, doc: &Document) -> bool {
            !doc.tags.is_empty() && doc.tags[0] == user.id
        }
        #[policy]
        fn digits(user: &User, doc: &Document) -> bool {
            if doc.org < 2 {
                return false;
            }
            let (mut n, mut digits) = (user.id, 0);
            while n > 0 {
                n /= doc.org;
                digits += 1;
            }
            digits == 100
        }
        static GATE: Gate<Documents, (first_tag, digits)> = Gate::new();
        let doc = Document { org: 1, ..doc(1, 8) };
        let explanation = explained!(GATE, FactTable::new(), Action::Read, doc);
        assert!(explanation.decision.is_deny());
        assert_eq!(changes(&explanation), Vec::<String>::new());
    }

    /// The nearest to the end of each policy, if it alone is enough.
    #[test]
    fn the_last_condition_that_is_enough() {
        #[policy]
        fn both(user: &User, doc: &Document) -> bool {
            doc.org == user.id && doc.owner == user.id
        }
        #[policy]
        fn either(user: &User, doc: &Document) -> bool {
            doc.id == user.id || doc.tags.contains(&user.id)
        }
        static GATE: Gate<Documents, (both, either)> = Gate::new();
        let changed = |id, org, owner| {
            let doc = Document { id, org, ..doc(1, owner) };
            changes(&explained!(GATE, FactTable::new(), Action::Read, doc))
        };
        let both = "would be allowed if `doc.owner == user.id` held, all else unchanged (`both`)";
        let either =
            "would be allowed if `doc.tags.contains(&user.id)` held, all else unchanged (`either`)";
        assert_eq!(changed(8, 7, 8), [both, either]);
        // What comes behind the first condition is not known.
        assert_eq!(changed(8, 8, 7), [either]);
        // Two policies allow: no single condition denies.
        assert_eq!(changed(7, 7, 7), Vec::<String>::new());
        assert_eq!(
            changed(8, 7, 7),
            ["would be denied if `doc.owner == user.id` did not hold, all else unchanged (`both`)"]
        );
    }

    /// A way out is an answer as well.
    #[test]
    fn a_condition_that_leaves() {
        #[policy]
        fn permit(user: &User, doc: &Document) -> bool {
            if doc.org == 3 {
                return false;
            }
            if doc.owner == user.id { true } else { doc.id == 5 }
        }
        static GATE: Gate<Documents, permit> = Gate::new();
        let changed =
            |doc: Document| changes(&explained!(GATE, FactTable::new(), Action::Read, doc));
        let denied = |text| format!("would be denied if `{text}, all else unchanged (`permit`)");
        // Without the first condition the body goes on.
        assert_eq!(changed(doc(1, 7)), Vec::<String>::new());
        let elsewhere = Document { org: 4, ..doc(5, 8) };
        assert_eq!(changed(elsewhere), [denied("doc.id == 5` did not hold")]);
        let own = Document { org: 4, ..doc(1, 7) };
        assert_eq!(changed(own), [denied("doc.org == 3` held")]);
    }

    /// What hangs on the same fact, or is asked in the same words, would come out the other way too.
    #[test]
    fn what_was_met_elsewhere_is_not_alone() {
        #[policy(forbid)]
        fn not_own(user: &User, doc: &Document) -> bool {
            doc.owner == user.id
        }
        #[policy]
        fn own(user: &User, doc: &Document) -> bool {
            doc.owner == user.id
        }
        #[policy]
        async fn active(user: &User) -> bool {
            !Suspended(user.id).await
        }
        #[policy]
        fn never(user: &User, doc: &Document) -> bool {
            if doc.org == user.id {
                return false;
            }
            doc.org == user.id
        }
        static OWN: Gate<Documents, (not_own, own, never)> = Gate::new();
        static ACTIVE: Gate<Documents, (suspended, active)> = Gate::new();
        let explanation = explained!(OWN, FactTable::new(), Action::Read, doc(1, 8));
        assert_eq!(changes(&explanation), Vec::<String>::new());
        let table = FactTable::new().with(Suspended(7), true);
        let explanation = explained!(ACTIVE, table, Action::Read, doc(1, 8));
        assert_eq!(changes(&explanation), Vec::<String>::new());
    }

    /// Only facts that are there can be spoken of.
    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let table = || FactTable::new().with(Suspended(7), true);
        let not_suspended = "would be allowed if `Suspended(user.id).await` did not hold, all else unchanged (`suspended`)";
        let explanation = explained!(GATE, table(), Action::Edit, doc(1, 7));
        assert_eq!(changes(&explanation), [not_suspended]);
        // Whether a permit would apply was not loaded.
        let explanation = explained!(GATE, table(), Action::Edit, doc(1, 8));
        assert_eq!(changes(&explanation), Vec::<String>::new());
    }
}

/// What a policy does that the check did not run is nothing to the others.
#[test]
fn a_policy_that_was_not_needed_may_panic() {
    #[policy]
    async fn boom(_: &User, doc: &Document) -> bool {
        let at = usize::try_from(doc.tags[0]).unwrap_or_default();
        Sees(doc.tags[at], 1).await
    }
    #[policy(forbid)]
    fn closed(_: &User, doc: &Document) -> bool {
        doc.tags.is_empty() || doc.id == 9
    }
    static GATE: Gate<Documents, (boom, closed, owner)> = Gate::new();
    let explanation = explained!(GATE, FactTable::new(), Action::Read, doc(1, 8));
    assert!(explanation.decision.is_deny());
    assert_eq!(explanation.policies[0].outcome.to_string(), "was not needed: a forbid applies");
    assert_eq!(explanation.policies[1].outcome, PolicyOutcome::Applies);
    assert_eq!(explanation.policies[1].conditions.len(), 1);
    assert_eq!(explanation.policies[2].outcome, PolicyOutcome::DoesNotApply);
    // A derived fact that panics leaves nothing behind either.
    fact! {
        pub Deep(n: u64) -> bool {
            if n == 0 { return Suspended(0).await; }
            Deep(n.checked_sub(1).filter(|n| *n != 3).unwrap()).await
        }
    }
    #[policy]
    async fn deep(_: &User, doc: &Document) -> bool {
        Deep(doc.id).await
    }
    static DEEP: Gate<Documents, (deep, closed, sees)> = Gate::new();
    let explanation = explained!(DEEP, FactTable::new(), Action::Read, doc(9, 8));
    assert!(explanation.decision.is_deny());
    assert_eq!(explanation.policies[1].conditions.len(), 1);
    let sees = &explanation.policies[2];
    assert_eq!(sees.outcome.to_string(), "was not needed: a forbid applies");
    assert_eq!(sees.conditions[0].facts[0].found, FactFound::NotLoaded);
}

/// Of thousands of keys the first, the last, which decides, and those that failed are shown.
#[test]
fn long_lists_are_cut() {
    #[policy]
    async fn rule(user: &User, doc: &Document) -> bool {
        let id = user.id;
        any(doc.tags.iter().map(|tag| Shared(id, *tag))).await
    }
    #[policy]
    fn loops(user: &User, doc: &Document) -> bool {
        for tag in &doc.tags {
            if *tag == user.id {
                return true;
            }
        }
        false
    }
    static GATE: Gate<Documents, (rule, loops)> = Gate::new();
    let table = FactTable::new().failing(Shared(7, 150), broken()).with(Shared(7, 299), true);
    let doc = Document { tags: (100..300).collect(), ..doc(1, 8) };
    let explanation = explained!(GATE, table, Action::Read, doc);
    assert_snapshot!(without_places(&explanation.to_string()), @"
    allowed by `rule`
    ├─ permit `rule` applies
    │  ✓ any(doc.tags.iter().map(|tag| Shared(id, *tag))).await
    │      Shared { user: 7, doc: 100 } is missing, which counts as false
    │      Shared { user: 7, doc: 101 } is missing, which counts as false
    │      Shared { user: 7, doc: 102 } is missing, which counts as false
    │      Shared { user: 7, doc: 103 } is missing, which counts as false
    │      Shared { user: 7, doc: 104 } is missing, which counts as false
    │      Shared { user: 7, doc: 105 } is missing, which counts as false
    │      … 44 more …
    │      Shared { user: 7, doc: 150 } failed to load: its source failed
    │      … 145 more …
    │      Shared { user: 7, doc: 296 } is missing, which counts as false
    │      Shared { user: 7, doc: 297 } is missing, which counts as false
    │      Shared { user: 7, doc: 298 } is missing, which counts as false
    │      Shared { user: 7, doc: 299 } is true
    └─ permit `loops` does not apply
       ✗ *tag == user.id (200 times)
    ");
}

/// A user's text is shown on one line, and cannot break out of its place.
#[test]
fn texts_of_users_stay_where_they_are() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Wild(&'static str);
    impl std::fmt::Debug for Wild {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            assert!(!self.0.is_empty(), "on purpose");
            f.write_str(self.0)
        }
    }
    fact! { pub Note(note: Wild) -> Wild; }
    #[policy]
    async fn rule(_: &User, doc: &Document) -> bool {
        let note = if doc.id == 0 { "" } else { "a\u{1b}[31m``b``\nallowed" };
        Note(Wild(note)).await.is_some()
    }
    static GATE: Gate<Documents, rule> = Gate::new();
    let wild = || Wild("a\u{1b}[31m``b``\nallowed");
    let table = || FactTable::new().with(Note(wild()), wild()).with(Note(Wild("")), Wild(""));
    let explanation = explained!(GATE, table(), Action::Read, doc(1, 8));
    assert_snapshot!(without_places(&explanation.to_string()), @r#"
    allowed by `rule`
    └─ permit `rule` applies
       ✗ doc.id == 0
       ✓ Note(Wild(note)).await.is_some()
           Note { note: a\u{1b}[31m``b``\nallowed } is a\u{1b}[31m``b``\nallowed
    It would be denied if `Note(Wild(note)).await.is_some()` did not hold, all else unchanged (`rule`).
    "#);
    assert_snapshot!(without_places(&explanation.to_markdown()), @r#"
    **allowed by `rule`**

    - permit `rule` applies
      - ✗ `doc.id == 0`
      - ✓ `Note(Wild(note)).await.is_some()`
        - ``` Note { note: a\u{1b}[31m``b``\nallowed } ``` is ``` a\u{1b}[31m``b``\nallowed ```

    > It would be denied if `Note(Wild(note)).await.is_some()` did not hold, all else unchanged (`rule`).
    "#);
    let explanation = explained!(GATE, table(), Action::Read, doc(0, 8));
    assert!(explanation.decision.is_allow());
    assert_eq!(explanation.policies[0].outcome, PolicyOutcome::Applies);
    assert_eq!(explanation.policies[0].conditions[1].facts[0].key, "<its Debug panicked>");
}

/// The plan lists what can be met; each met condition is one of them.
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
