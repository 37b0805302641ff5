//! The testing kit, given what it cannot take.

use gatehouse::prelude::*;
use gatehouse::testing::{FactTable, assert_allow, assert_loads};

struct Numbers;
impl Domain for Numbers {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

fact! {
    pub Even(number: u32) -> bool = false;
    pub Odd(number: u32) -> bool { !Even(number).await }
}

#[policy]
async fn even(_: _, number: &u32) -> bool {
    Even(*number).await
}

static GATE: Gate<Numbers, even> = Gate::new();

/// No source of this set loads `Even`, and the table that does is another set.
#[derive(Sources)]
struct NoFacts {}

fn main() {
    // A derived fact has no rows.
    let session = Session::new(FactTable::new().with(Odd(1), true));
    let access = GATE.bind(&session, &7, &());
    // The resource is missing; a fact is no policy; what was bound counts nothing.
    assert_allow!(access);
    assert_allow!(access, 2, by = Even);
    assert_loads!(access, Even = [1]);

    let session = Session::new(NoFacts {});
    let _ = GATE.bind(&session, &7, &());
}
