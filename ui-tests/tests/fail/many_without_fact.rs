//! The plan names the fact that is asked for, so the compiler must see which one it is.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn reader(user: &User) -> bool {
    any(user.keys()).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (reader,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
