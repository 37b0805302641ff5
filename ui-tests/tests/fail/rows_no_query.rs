//! A text in the place of a table is a query. The name of a table stands without quotes.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = "admin"(user_id))]
    db: Database,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
