//! What a macro makes of its arguments, the compiler of rules cannot see. (`matches!` it knows.) And
//! an assertion is no condition: what must hold, a rule says with `&&`.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
async fn admin(user: &User) -> bool {
    assert!(Admin(user.id).await);
    user.active
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (admin,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
