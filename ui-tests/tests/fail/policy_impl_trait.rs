//! A parameter's type says which domains the policy serves, so it has a name.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn active(user: &impl Principal) -> bool {
    user.active()
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (active,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
