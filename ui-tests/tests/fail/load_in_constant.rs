//! A constant is evaluated when the program is compiled, and there are no facts then.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn admin(user: &User) -> bool {
    let levels = [user.id; const { Level(1).await }];
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (admin,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
