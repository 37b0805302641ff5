use gatehouse::prelude::*;
use sqlx::PgPool;

#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> level)]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
