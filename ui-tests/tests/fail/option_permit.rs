//! A rule permits unless it says `forbid`; a word for it would only be one more to forget.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(permit)]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (owner,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
