//! Counterfactuals: single conditions that would change the decision.

use gatehouse::Explanation;
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;

use super::*;

fn changes(explanation: &Explanation) -> Vec<String> {
    explanation.counterfactuals.iter().map(ToString::to_string).collect()
}

/// A condition guards the code after it, which might panic or not end: no counterfactual runs that code.
#[test]
fn a_counterfactual_runs_no_code() {
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

/// For each policy, the condition nearest to its end that changes the decision alone.
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
    // Conditions after the first one were not evaluated.
    assert_eq!(changed(8, 8, 7), [either]);
    // Two policies allow: no single condition denies.
    assert_eq!(changed(7, 7, 7), Vec::<String>::new());
    assert_eq!(
        changed(8, 7, 7),
        ["would be denied if `doc.owner == user.id` did not hold, all else unchanged (`both`)"]
    );
}

/// An early return is an answer as well.
#[test]
fn a_condition_that_returns_early() {
    #[policy]
    fn permit(user: &User, doc: &Document) -> bool {
        if doc.org == 3 {
            return false;
        }
        if doc.owner == user.id { true } else { doc.id == 5 }
    }
    static GATE: Gate<Documents, permit> = Gate::new();
    let changed = |doc: Document| changes(&explained!(GATE, FactTable::new(), Action::Read, doc));
    let denied = |text| format!("would be denied if `{text}, all else unchanged (`permit`)");
    // Without the first condition, the body continues.
    assert_eq!(changed(doc(1, 7)), Vec::<String>::new());
    let elsewhere = Document { org: 4, ..doc(5, 8) };
    assert_eq!(changed(elsewhere), [denied("doc.id == 5` did not hold")]);
    let own = Document { org: 4, ..doc(1, 7) };
    assert_eq!(changed(own), [denied("doc.org == 3` held")]);
}

/// A condition on the same fact, or with the same text, would change as well.
#[test]
fn a_condition_evaluated_elsewhere_gives_no_counterfactual() {
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

/// Only loaded facts can be part of a counterfactual.
#[test]
fn conditions_on_unloaded_facts_give_no_counterfactual() {
    let table = || FactTable::new().with(Suspended(7), true);
    let not_suspended = "would be allowed if `Suspended(user.id).await` did not hold, all else unchanged (`suspended`)";
    let explanation = explained!(GATE, table(), Action::Edit, doc(1, 7));
    assert_eq!(changes(&explanation), [not_suspended]);
    // It was not loaded whether a permit applies.
    let explanation = explained!(GATE, table(), Action::Edit, doc(1, 8));
    assert_eq!(changes(&explanation), Vec::<String>::new());
}
