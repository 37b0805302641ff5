//! A forbid that always applies lets nobody in, which needs no leave.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid, unconditional)]
fn closed(_: &User) -> bool {
    true
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (closed,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
