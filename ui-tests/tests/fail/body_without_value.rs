//! A body is an expression, as a function's is: without a last one it has no answer.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn member(user: &User) -> bool {
    Groups(user.id).await.is_some();
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (member,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
