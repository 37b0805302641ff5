//! Explanations: what they say, that they load nothing, and that they show nothing they should not.
#![cfg(not(loom))]

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

#[test]
fn an_allow() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Editor);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 8)), @"
    allowed by `editor`
    ├─ forbid `suspended` does not apply (tests/tests/explain.rs:63)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/explain.rs:69)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` applies (tests/tests/explain.rs:75)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ✓ OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } is Editor
       ✓ OrgRole(user.id, doc.org).await? >= Role::Editor
    It would be denied if `Suspended(user.id).await` held (`suspended`).
    It would be denied if `OrgRole(user.id, doc.org).await? >= Role::Editor` did not hold (`editor`).
    ");
}

#[test]
fn a_deny_by_a_forbid() {
    let table = FactTable::new().with(Suspended(7), true);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 7)), @"
    denied by `suspended`
    ├─ forbid `suspended` applies (tests/tests/explain.rs:63)
    │  Suspended users do nothing.
    │  ✓ Suspended(user.id).await
    │      Suspended { user: 7 } is true
    ├─ permit `owner` applies (tests/tests/explain.rs:69)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` was not needed: a forbid applies (tests/tests/explain.rs:75)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ? OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } was not loaded
    It would be allowed if `Suspended(user.id).await` did not hold (`suspended`).
    ");
}

#[test]
fn a_deny_because_no_permit_applies() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Viewer);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 8)), @"
    denied: no permit applies
    ├─ forbid `suspended` does not apply (tests/tests/explain.rs:63)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/explain.rs:69)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/explain.rs:75)
       Editors of the organisation may edit.
       ✓ action is Action::Edit
       ✓ OrgRole(user.id, doc.org).await?
           OrgRole { user: 7, org: 3 } is Viewer
       ✗ OrgRole(user.id, doc.org).await? >= Role::Editor
    It would be allowed if `doc.owner == user.id` held (`owner`).
    It would be allowed if `OrgRole(user.id, doc.org).await? >= Role::Editor` held (`editor`).
    ");
}

#[test]
fn an_indeterminate() {
    let table = FactTable::new().failing(Suspended(7), broken());
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 7)), @"
    indeterminate: `suspended` could not be decided: `Suspended`: its source failed
    ├─ forbid `suspended` could not be decided (tests/tests/explain.rs:63)
    │  Suspended users do nothing.
    │  ? Suspended(user.id).await
    │      Suspended { user: 7 } failed to load: its source failed
    ├─ permit `owner` applies (tests/tests/explain.rs:69)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/explain.rs:75)
       Editors of the organisation may edit.
       ✗ action is Action::Edit
    It would be denied if `doc.owner == user.id` did not hold (`owner`).
    ");
}

#[test]
fn as_markdown() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Viewer);
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 8));
    assert_snapshot!(explanation.to_markdown(), @"
    **denied: no permit applies**

    - forbid `suspended` does not apply (tests/tests/explain.rs:63)
      Suspended users do nothing.
      - ✗ `Suspended(user.id).await`
        - `Suspended { user: 7 }` is missing, which counts as false

    - permit `owner` does not apply (tests/tests/explain.rs:69)
      Owners do anything to their documents.
      - ✗ `doc.owner == user.id`

    - permit `editor` does not apply (tests/tests/explain.rs:75)
      Editors of the organisation may edit.
      - ✓ `action is Action::Edit`
      - ✓ `OrgRole(user.id, doc.org).await?`
        - `OrgRole { user: 7, org: 3 }` is Viewer
      - ✗ `OrgRole(user.id, doc.org).await? >= Role::Editor`

    > It would be allowed if `doc.owner == user.id` held (`owner`).
    > It would be allowed if `OrgRole(user.id, doc.org).await? >= Role::Editor` held (`editor`).
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
            "kind": "pattern",
            "line": 75,
            "loads": [],
            "text": "action is Action::Edit"
          },
          "facts": [],
          "held": true
        },
        {
          "condition": {
            "column": 5,
            "kind": "present",
            "line": 76,
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
          "file": "tests/tests/explain.rs",
          "line": 75
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
    yes OrgRole(user.id, doc.org).await is Some(role)
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
    ├─ permit `sees` applies (tests/tests/explain.rs:80)
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
    └─ permit `sees_too` applies (tests/tests/explain.rs:85)
       ✓ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is true
    ");
    // In a circle: every key is shown once.
    let table = FactTable::new().with(Parent(1), 2).with(Parent(2), 1);
    assert_snapshot!(explained!(GATE, table, Action::Read, doc(1, 8)), @"
    denied: no permit applies
    ├─ permit `sees` does not apply (tests/tests/explain.rs:80)
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
    │                  Sees { user: 7, doc: 1 } is false
    └─ permit `sees_too` does not apply (tests/tests/explain.rs:85)
       ✗ Sees(user.id, doc.id).await
           Sees { user: 7, doc: 1 } is false
    It would be allowed if `Sees(user.id, doc.id).await` held (`sees`).
    It would be allowed if `Sees(user.id, doc.id).await` held (`sees_too`).
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

    /// A condition that guards the ones after it: had it held, they would have panicked.
    #[test]
    fn a_case_that_panics_is_no_advice() {
        #[policy]
        fn first_tag(user: &User, doc: &Document) -> bool {
            !doc.tags.is_empty() && doc.tags[0] == user.id
        }
        static GATE: Gate<Documents, first_tag> = Gate::new();
        let explanation = explained!(GATE, FactTable::new(), Action::Read, doc(1, 8));
        assert!(explanation.decision.is_deny());
        assert_eq!(changes(&explanation), Vec::<String>::new());
    }

    /// It might not end.
    #[test]
    fn a_body_that_loops_has_none() {
        #[policy]
        fn counts(user: &User, doc: &Document) -> bool {
            let mut n = doc.id;
            loop {
                if n == 0 {
                    break;
                }
                n -= 1;
            }
            n == user.id
        }
        static GATE: Gate<Documents, counts> = Gate::new();
        let explanation = explained!(GATE, FactTable::new(), Action::Read, doc(1, 8));
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
            doc.org == user.id || doc.owner == user.id
        }
        static GATE: Gate<Documents, (both, either)> = Gate::new();
        let changed = |org, owner| {
            let doc = Document { org, owner, ..doc(1, 0) };
            changes(&explained!(GATE, FactTable::new(), Action::Read, doc))
        };
        assert_eq!(changed(8, 8), ["would be allowed if `doc.owner == user.id` held (`either`)"]);
        // Two policies allow: no single condition denies.
        assert_eq!(changed(7, 7), Vec::<String>::new());
    }

    /// Only facts that are there can be spoken of: a permit that was not loaded might apply.
    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let table = FactTable::new().with(Suspended(7), true);
        let explanation = explained!(GATE, table, Action::Edit, doc(1, 7));
        assert_eq!(
            changes(&explanation),
            ["would be allowed if `Suspended(user.id).await` did not hold (`suspended`)"]
        );
    }
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
