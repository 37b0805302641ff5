//! Behind `->` stands what the value of a row is.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) ->)]
    db: Database,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
