//! No rule sees that a load failed, so none can turn a failure into a permit.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn high(user: &User) -> bool {
    match Level(user.id).await {
        Ok(level) => level > 3,
        _ => false,
    }
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (high,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
