//! A pattern says which shape a value has: what is compared with a fact is a condition, and has its place
//! after it.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn above(user: &User) -> bool {
    matches!(user.level, between!(1, Level(user.id).await))
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (above,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
