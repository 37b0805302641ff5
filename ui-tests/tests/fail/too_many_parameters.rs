//! What a policy judges has four parts, and their order tells them apart.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn owner(user: &User, _: &Action, doc: &Document, _: &Request, now: &Time) -> bool {
    doc.owner == user.id
}

fn main() {}
