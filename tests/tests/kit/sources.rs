//! Sources that count, fail, or are late.

use std::sync::Arc;
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse::testing::{
    Counted, FactTable, Failing, Late, Never, assert_allow, assert_indeterminate, assert_loads,
    block_on,
};

use super::*;

/// A set of sources in which a table is one of them.
#[derive(Sources)]
struct Mixed {
    #[loads(OrgRole)]
    roles: Counted<FactTable>,
    #[loads(Suspended)]
    users: Failing<Arc<FactTable>>,
}

#[test]
fn a_table_is_a_source_among_others() {
    let rows = Arc::new(facts());
    let users = Failing::when(rows.clone(), |call| call.number == 2 && call.keys == 1);
    let mixed = Arc::new(Mixed { roles: Counted::new(facts()), users });
    let session = Session::new(mixed.clone());
    let doc = in_org(3);
    assert_allow!(GATE.bind(&session, &7, &Action::Read), doc);
    assert_indeterminate!(GATE.bind(&session, &8, &Action::Read), doc, by = suspended);
    assert_allow!(GATE.bind(&session, &7, &Action::Edit), doc);
    assert_loads!(mixed.roles, OrgRole = [1, 1]);
    assert_eq!(mixed.roles.calls::<OrgRole>(), [[OrgRole(7, 3)], [OrgRole(8, 3)]]);
    assert_loads!(rows, Suspended = [1]);
    mixed.roles.forget_calls();
    assert_loads!(mixed.roles);
}

#[test]
fn failing_sources_fail_the_chosen_calls() {
    let decide = |users: Failing<Arc<FactTable>>| {
        let session = Session::new(Mixed { roles: Counted::new(facts()), users });
        block_on(GATE.bind(&session, &7, &Action::Read).check(&in_org(3)))
    };
    let rows = || Arc::new(facts());
    assert_indeterminate!(decide(Failing::always(rows())), by = suspended, failed = Suspended);
    assert_indeterminate!(decide(Failing::fact::<Suspended>(rows())));
    assert_allow!(decide(Failing::fact::<OrgRole>(rows())));
    assert_indeterminate!(decide(Failing::nth(rows(), 1)));
    assert_allow!(decide(Failing::nth(rows(), 2)), by = org_role);
}

#[derive(Sources)]
struct Slow {
    #[loads(OrgRole)]
    roles: Late<FactTable>,
    #[loads(Suspended)]
    users: Never,
}

#[tokio::test(start_paused = true)]
async fn late_sources_compose_with_deadlines() {
    let late = || Late::new(facts(), || tokio::time::sleep(Duration::from_secs(1)));
    let session = Session::new(Slow { roles: late(), users: Never })
        .with_deadline(tokio::time::sleep(Duration::from_secs(2)));
    let access = GATE.bind(&session, &7, &Action::Read);
    assert_indeterminate!(async access, in_org(3), by = suspended, failed = Suspended);
    // The late source answers in time: the permit is known. The forbid above was not.
    let access = ROLES.bind(&session, &7, &Action::Read);
    assert_allow!(async access, in_org(3), by = org_role);
}
