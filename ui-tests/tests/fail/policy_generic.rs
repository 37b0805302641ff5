//! A policy is generic over the domains that it serves, by itself; the user's types are named.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn active<T>(user: &User, thing: &T) -> bool {
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (active,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
