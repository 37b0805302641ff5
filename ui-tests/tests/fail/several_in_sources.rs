//! All mistakes of a set of sources are said at once, and its other facts have their sources.
#[path = "../domain/mod.rs"]
mod domain;

use domain::{Action, Admin, Database, Documents, Level, OrgRole, User};
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts {
    #[load(Admin, Level)]
    db: Database,
    #[loads(Admin, OrgRole = 3)]
    cache: Database,
    #[loads]
    rest: Database,
}

#[policy]
async fn leads(user: &User) -> bool {
    Level(user.id).await? > 3 && OrgRole(user.id).await.is_some()
}

// What uses them has no error of its own.
static GATE: Gate<Documents, (leads,)> = Gate::new();

fn used(session: &Session<AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
