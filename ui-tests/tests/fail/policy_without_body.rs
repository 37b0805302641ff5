//! A signature alone decides nothing.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn owner(user: &User, doc: &Document) -> bool;

// What uses it has no error of its own.
static GATE: Gate<Documents, (owner,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
