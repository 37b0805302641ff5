//! The library is named by its path, without quotes.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(crate = "auth")]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (owner,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
