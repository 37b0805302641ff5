//! A body is pure, and may run more than once, or early.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn admin(user: &User) -> bool {
    unsafe { is_admin(user.id) }
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (admin,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
