use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub GroupsOf(user: i64) -> Vec<i64>;
}

#[derive(Sources)]
struct AppFacts {
    #[rows(GroupsOf = group_member(user_id) -> group_id)]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
