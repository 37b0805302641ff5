//! What a policy judges, it borrows for as long as it runs: there is nothing to name.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn active<'a>(user: &'a User) -> bool {
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (active,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
