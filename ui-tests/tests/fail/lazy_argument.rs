//! `lazy` puts one load off until the rule comes to it.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn reader(user: &User) -> bool {
    lazy(Reads(1), Reads(2)).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (reader,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
