//! A constant is evaluated when the program is compiled, and there are no facts then.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn above(user: &User) -> bool {
    Level(user.id).await? > const { Level(1).await.unwrap_or(3) }
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (above,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
