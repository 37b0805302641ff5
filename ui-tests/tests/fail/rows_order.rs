//! The rows of a key have an order if the mapping gives one.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[rows(Groups = member(user_id) -> [group_id sorted since])]
    db: Database,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
