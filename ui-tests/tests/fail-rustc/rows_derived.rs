use gatehouse::prelude::*;
use sqlx::PgPool;

fact! {
    pub Open(folder: i64) -> bool = false;
    pub Shut(folder: i64) -> bool {
        !Open(folder).await
    }
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Open = folder(id))]
    #[rows(Shut = folder(id))]
    db: PgPool,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
