//! `?` and `return` leave the rule, and inside a macro the compiler cannot see where to.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn grown(user: &User) -> bool {
    assert!(user.age? > 0);
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (grown,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
