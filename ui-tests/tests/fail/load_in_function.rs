//! A function inside a body is a plain function: it has no session to ask.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn high(user: &User) -> bool {
    async fn is_high(id: UserId) -> bool {
        Level(id).await.is_some_and(|level| level > 9)
    }
    is_high(user.id)
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (high,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
