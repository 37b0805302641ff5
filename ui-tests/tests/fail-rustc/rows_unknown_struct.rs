use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub Member(user: i64) -> Info;
}

#[derive(Clone, Debug)]
pub struct Info {
    role: i64,
    banned: Option<i64>,
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Member = member(user_id) -> Inof { role, banned: banned_at })]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
