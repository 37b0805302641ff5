//! The gate is asked about somebody it knows nothing of.
use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
}

pub struct Document {
    pub owner: u32,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, owner> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &7, &());
}
