//! The four words that stand around keys are `any`, `all`, `each` and `lazy`.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn reader(user: &User) -> bool {
    anny(user.groups.iter().map(|group| Reads(*group))).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (reader,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
