use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
}

pub struct Document {
    pub owner: u32,
}

pub struct Robot;

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy]
pub fn robots(_robot: &Robot, doc: &Document) -> bool {
    doc.owner == 0
}

static GATE: Gate<Documents, robots> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &User { id: 1 }, &());
}
