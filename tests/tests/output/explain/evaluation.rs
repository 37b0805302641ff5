//! An explanation evaluates and loads what a check does.

use std::sync::Arc;

use futures::executor::block_on;
use gatehouse::dynamic::{DynGate, boxed};
use gatehouse::explanation::{FactFound, PolicyOutcome};
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;

use super::*;

/// An explanation loads nothing on a session that has checked; on a new session, it loads what a check
/// loads.
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
fn a_policy_that_was_not_needed_says_why() {
    let table = FactTable::new();
    let explanation = explained!(GATE, table, Action::Edit, doc(1, 7));
    // The owner is allowed: the editor's role was loaded in the same round, or not at all.
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

/// An explanation also runs policies that the check did not need; a panic in one does not affect the
/// others.
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
    // A derived fact that panics has no effect on later ones either.
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
