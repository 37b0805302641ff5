//! A policy becomes a type of its own, which a method cannot.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn owner(&self, doc: &Document) -> bool {
    doc.owner == self.id
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (owner,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
