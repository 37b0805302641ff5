//! A closure runs when its caller likes, and as often: a load in it could not be planned.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn reader(user: &User) -> bool {
    user.groups.iter().any(|group| Reads(*group).await)
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (reader,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
