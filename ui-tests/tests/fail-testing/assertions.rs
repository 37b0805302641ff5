//! The assertions of the testing kit, written wrongly.

use gatehouse::testing::{assert_allow, assert_deny};
use gatehouse::{Decision, prelude::*};

#[policy]
fn owner(user: &u32, doc: &u32) -> bool {
    user == doc
}

fn misused(decision: Decision) {
    assert_allow!(decision, by = None);
    assert_allow!(decision, failed = Owner);
    assert_deny!(decision, because = owner);
    assert_deny!(by = owner, decision);
    assert_deny!();
}

fn main() {}
