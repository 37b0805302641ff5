//! A budget of no rounds is the promise of a local rule.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(rounds = 0)]
async fn admin(user: &User) -> bool {
    Admin(user.id).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (admin,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
