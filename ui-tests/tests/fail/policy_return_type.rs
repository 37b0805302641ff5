//! A policy says whether it applies; whether that permits or forbids is said in the attribute.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn owner(user: &User, doc: &Document) -> Decision {
    doc.owner == user.id
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (owner,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
