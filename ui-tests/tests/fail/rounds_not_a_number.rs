//! A budget is a number that the plan is held against.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(rounds = few)]
fn banned(user: &User) -> bool {
    user.banned
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (banned,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
