//! A tuple has at least two columns.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> (level))]
    db: Database,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
