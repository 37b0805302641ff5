//! Facts are named like types; what is named like a function is one, and is not awaited.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn member(user: &User) -> bool {
    group_member(user.id).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (member,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
