//! A key by itself says nothing: the fact's value is there once it is loaded.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id) && !user.admin
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (suspended,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
