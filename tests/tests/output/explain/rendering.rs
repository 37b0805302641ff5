//! Explanations as text, as Markdown and as data.

use gatehouse::explanation::PolicyOutcome;
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;
use insta::assert_snapshot;

use super::*;

#[test]
fn an_allow() {
    let table = FactTable::new().with(OrgRole(7, 3), Role::Editor);
    assert_snapshot!(explained!(GATE, table, Action::Edit, doc(1, 8)), @"
    allowed by `editor`
    ├─ forbid `suspended` does not apply (tests/tests/output/explain/mod.rs:58)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/output/explain/mod.rs:64)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` applies (tests/tests/output/explain/mod.rs:70)
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
    ├─ forbid `suspended` applies (tests/tests/output/explain/mod.rs:58)
    │  Suspended users do nothing.
    │  ✓ Suspended(user.id).await
    │      Suspended { user: 7 } is true
    ├─ permit `owner` applies (tests/tests/output/explain/mod.rs:64)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` was not needed: a forbid applies (tests/tests/output/explain/mod.rs:70)
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
    ├─ forbid `suspended` does not apply (tests/tests/output/explain/mod.rs:58)
    │  Suspended users do nothing.
    │  ✗ Suspended(user.id).await
    │      Suspended { user: 7 } is missing, which counts as false
    ├─ permit `owner` does not apply (tests/tests/output/explain/mod.rs:64)
    │  Owners do anything to their documents.
    │  ✗ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/output/explain/mod.rs:70)
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
    ├─ forbid `suspended` could not be decided (tests/tests/output/explain/mod.rs:58)
    │  Suspended users do nothing.
    │  ? Suspended(user.id).await
    │      Suspended { user: 7 } failed to load: its source failed
    ├─ permit `owner` applies (tests/tests/output/explain/mod.rs:64)
    │  Owners do anything to their documents.
    │  ✓ doc.owner == user.id
    └─ permit `editor` does not apply (tests/tests/output/explain/mod.rs:70)
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

    - forbid `suspended` does not apply (tests/tests/output/explain/mod.rs:58)  
      Suspended users do nothing.
      - ✗ `Suspended(user.id).await`
        - `Suspended { user: 7 }` is missing, which counts as `false`

    - permit `owner` does not apply (tests/tests/output/explain/mod.rs:64)  
      Owners do anything to their documents.
      - ✗ `doc.owner == user.id`

    - permit `editor` does not apply (tests/tests/output/explain/mod.rs:70)  
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
            "line": 70,
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
            "line": 71,
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
          "file": "tests/tests/output/explain/mod.rs",
          "line": 70
        },
        "name": "editor"
      }
    }
    "#);
    assert_eq!(json["decision"]["outcome"], "indeterminate");
    assert_eq!(json["counterfactuals"][0]["policy"]["name"], "suspended");
}

/// Of thousands of keys, the first, the failed and the last ones are shown; the last one decides.
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

/// Text of users is shown on one line, and cannot imitate the lines around it.
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
