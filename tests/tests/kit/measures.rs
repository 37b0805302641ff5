//! Measured rounds and loads.

use std::panic::catch_unwind;

use gatehouse::prelude::*;
use gatehouse::testing::{FactTable, assert_deny, assert_loads, assert_rounds, block_on, measured};
use gatehouse_tests::facts::FolderGrant;

use super::*;

#[test]
fn rounds_and_loads_are_counted() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &7, &Action::Read);
    let docs = || (0..100).map(|id| in_org(id % 10));
    let (visible, spent) = block_on(measured(access.filter(docs())));
    assert_eq!(visible.unwrap().len(), 10);
    assert_rounds!(spent, 1);
    assert_loads!(spent, OrgRole = [10], Suspended = [1]);
    let (_, again) = block_on(measured(access.filter(docs())));
    assert_rounds!(again, 0);
    assert_loads!(again);

    // One round for each level, whatever the sources are.
    let facts = FactTable::new().rows((1..=4).map(|n| (Parent(n), n - 1)));
    let session = Session::new(facts);
    let access = FOLDERS.bind(&session, &7, &Action::Read);
    let doc = Document { org: 0, owner: 0, folder: 4 };
    let (decision, spent) = block_on(measured(access.check(&doc)));
    assert_deny!(decision, by = None);
    assert_rounds!(spent, 5);
    assert_loads!(spent, FolderGrant = [1; 5], Parent = [1; 5]);
}

#[tokio::test]
async fn only_the_measured_future_is_counted() {
    let session = Session::new(facts());
    let access = GATE.bind(&session, &7, &Action::Read);
    let (doc, other) = (in_org(3), in_org(4));
    let inner = measured(async {
        let _ = access.check(&doc).await;
        let _ = access.check(&other).await;
    });
    let (((), inner), outer) = measured(async {
        let both = inner.await;
        let _ = access.check(&in_org(5)).await;
        both
    })
    .await;
    assert_eq!(inner.rounds_of_each(), [1, 1]);
    assert_eq!(outer.rounds_of_each(), [1, 1, 1]);
    assert_loads!(inner, OrgRole = [1, 1], Suspended = [1]);
    assert_loads!(outer, OrgRole = [1, 1, 1], Suspended = [1]);
    // A measurement ends although its future panics.
    let panics = catch_unwind(|| block_on(measured(async { panic!("on purpose") })));
    assert!(panics.is_err());
    let (_, spent) = measured(access.check(&in_org(6))).await;
    assert_loads!(spent, OrgRole = [1]);
}
