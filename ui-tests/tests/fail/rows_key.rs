//! The rows of a key are found by the columns in parentheses, one for each key part.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin)]
    db: Database,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
