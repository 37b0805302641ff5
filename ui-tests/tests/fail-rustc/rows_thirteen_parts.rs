use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub Wide(
        a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64, j: i64, k: i64, l: i64, m: i64,
    ) -> bool = false;
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Wide = wide(a, b, c, d, e, f, g, h, i, j, k, l, m))]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
