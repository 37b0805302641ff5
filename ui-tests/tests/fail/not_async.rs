//! A reader sees at the `async` that the rule asks for something.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid)]
fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (suspended,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
