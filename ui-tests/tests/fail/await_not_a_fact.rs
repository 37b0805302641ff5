//! The compiler plans every round trip, so it must see what is asked for: `.await` is the load of a
//! fact, and nothing else waits.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn member(user: &User) -> bool {
    user.load_groups().await.contains(&1)
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (member,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
