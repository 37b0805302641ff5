//! Helper functions that return a bound gate.

use futures::executor::block_on;
use gatehouse::testing::FactTable;
use gatehouse::{Access, prelude::*};
use gatehouse_tests::domains::Documents;

fact! {
    Suspended(user: u64) -> bool = false;
}

#[policy(forbid)]
async fn suspended(user: &u64) -> bool {
    Suspended(*user).await
}

#[policy]
fn owner(user: &u64, document: &u64) -> bool {
    user == document
}

type DocumentGate = Gate<Documents, (suspended, owner)>;
static GATE: DocumentGate = Gate::new();

/// The named type is that of `bind`, with its methods.
fn access<'a>(
    session: &'a Session<FactTable>,
    user: &'a u64,
) -> Access<'a, DocumentGate, FactTable> {
    GATE.bind(session, user, &())
}

#[test]
fn a_helper_returns_a_bound_gate() {
    let session = Session::new(FactTable::new().with(Suspended(8), true));
    let visible = |user: u64| block_on(access(&session, &user).filter([7, 8])).unwrap();
    assert_eq!((visible(7), visible(8)), (vec![7], vec![]));
}

/// A domain whose context says whether it is night.
struct Nights;
impl Domain for Nights {
    type Subject = u64;
    type Action = ();
    type Resource = u64;
    type Context = bool;
}

#[policy]
fn by_day(_: &u64, (): &(), _: &u64, is_night: &bool) -> bool {
    !is_night
}

type NightGate = Gate<Nights, by_day>;
static NIGHTS: NightGate = Gate::new();

fn at<'a>(
    session: &'a Session<FactTable>,
    is_night: &'a bool,
) -> Access<'a, NightGate, FactTable, &'a bool> {
    NIGHTS.bind(session, &7, &()).with_context(is_night)
}

#[test]
fn a_helper_gives_the_context() {
    let session = Session::new(FactTable::new());
    assert!(at(&session, &false).check_local(&1).is_allow());
    assert!(at(&session, &true).check_local(&1).is_deny());
}
