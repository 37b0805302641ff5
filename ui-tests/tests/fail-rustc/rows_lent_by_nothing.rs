use gatehouse::prelude::*;

fact! {
    pub Suspended(user: i64) -> bool = false;
}

#[derive(Sources)]
struct AppFacts {
    #[rows(Suspended = suspension(user_id))]
    db: String,
}

// What uses it has no error of its own.
fn used(facts: AppFacts) -> Session<AppFacts> {
    Session::new(facts)
}

fn main() {}
