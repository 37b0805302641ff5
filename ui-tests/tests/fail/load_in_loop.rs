//! A load in a loop is one round trip for each turn: a list page that costs a thousand queries.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn reader(user: &User) -> bool {
    for group in &user.groups {
        if Reads(*group).await {
            return true;
        }
    }
    false
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (reader,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
