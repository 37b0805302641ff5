//! An attribute on a parameter would be lost: a forbid would hold for one action, or for all of them.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid)]
fn frozen(user: &User, #[cfg(demo)] Action::Edit: &Action, doc: &Document) -> bool {
    doc.owner == user.id
}

// What uses it has no error of its own.
static GATE: Gate<Documents, frozen> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
