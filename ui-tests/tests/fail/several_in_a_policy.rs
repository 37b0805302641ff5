//! All mistakes of an item are said at once: in the options, the signature and the body.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy(forbid, rapid, round = x)]
const async fn low(user: User, of: &mut Document) -> bool {
    let levels = [1, 2].map(|id| Level(id).await);
    Level(user.id).await? < 3 && find(of.id).await
}

// What uses it has no error of its own.
static GATE: Gate<Documents, (low,)> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
