//! A budget is a promise about round trips; the plan breaks it.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(rounds = 1)]
async fn lead(user: &User) -> bool {
    let team = Team(user.id).await?;
    Leads(user.id, team).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (lead,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
