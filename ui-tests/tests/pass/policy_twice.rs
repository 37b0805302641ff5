//! A policy may stand twice in a gate: sets that share one are put together, and the second time
//! changes nothing.
use gatehouse::prelude::*;

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
pub fn owner(user: &u32, owner: &u32) -> bool {
    user == owner
}

#[policy(forbid)]
pub fn suspended(user: &u32) -> bool {
    *user == 7
}

type Readers = (suspended, owner);
type Writers = (suspended, owner);

static GATE: Gate<Documents, (Readers, Writers)> = Gate::new();

#[derive(Sources)]
struct NoFacts {}

pub fn main() {
    let session = Session::new(NoFacts {});
    assert!(GATE.bind(&session, &1, &()).check_local(&1).is_allow());
    assert!(!GATE.bind(&session, &7, &()).check_local(&7).is_allow());
}
