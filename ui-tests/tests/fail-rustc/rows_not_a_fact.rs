use gatehouse::prelude::*;
use sqlx::PgPool;

pub struct Level;

#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> level)]
    db: PgPool,
}

fn main() {}
