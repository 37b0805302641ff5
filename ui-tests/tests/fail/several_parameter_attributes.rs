//! Whatever the attribute is, and wherever in the parameter.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
fn others(
    /// Who.
    User { id: 1, #[cfg(any())] admin: true, .. }: &User,
    #[cfg_attr(all(), cfg(any()))] Action::Edit: &Action,
    #[inline] doc: &Document,
) -> bool {
    doc.owner == 1
}

// What uses it has no error of its own.
static GATE: Gate<Documents, others> = Gate::new();

fn used(session: &Session<domain::AppFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
