use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub Score(user: i64) -> f64;
    pub Info(user: i64) -> Profile;
    pub Tags(user: i64) -> Vec<f32>;
    pub Pair(user: i64) -> (i64, f64);
}

#[derive(Clone, Debug)]
pub struct Profile {
    id: i64,
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Score = member(user_id) -> score)]
    #[rows(Info = member(user_id) -> profile)]
    #[rows(Tags = tag(user_id) -> [tag order by since])]
    #[rows(Pair = member(user_id) -> (role, score))]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
