//! The plan names the fact and the key of each load, so both stand where it is loaded.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn high(user: &User) -> bool {
    let level = Level(user.id);
    level.await? > 3
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (high,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
