//! A misspelt option is never ignored: `forbidd` must not make a permit.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbidd)]
fn banned(user: &User) -> bool {
    user.banned
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (banned,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
