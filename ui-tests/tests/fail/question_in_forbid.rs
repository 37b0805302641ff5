//! `?` ends a rule as "does not apply". In a forbid that would let in whoever is missing from the
//! data, so its author says what missing means.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid)]
async fn risky(user: &User) -> bool {
    Risk(user.id).await? > 9
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (risky,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
