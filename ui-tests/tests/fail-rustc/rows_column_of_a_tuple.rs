use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub Member(user: i64) -> (i64, i64);
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Member = member(user_id) -> role)]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
