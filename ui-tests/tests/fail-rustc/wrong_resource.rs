use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

pub struct Invoice;

#[policy]
pub fn open(user: &User, _invoice: &Invoice) -> bool {
    user.id == 1
}

static GATE: Gate<Documents, open> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &User { id: 1 }, &());
}
