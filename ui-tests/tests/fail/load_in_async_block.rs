//! A rule is compiled to plain code that never waits: there is nothing to put off.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn admin(user: &User) -> bool {
    let admin = async { Admin(user.id).await }
    ;
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (admin,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
