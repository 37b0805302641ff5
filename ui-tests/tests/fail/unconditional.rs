//! A permit that asks for nothing lets everybody in, which nobody shall write by accident.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn everybody(_: &User) -> bool {
    true
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (everybody,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
