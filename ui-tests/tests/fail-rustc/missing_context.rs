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
    type Context = u8;
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
    let user = User { id: 1 };
    let access = GATE.bind(&session, &user, &());
    let _ = access.check(&Document { id: 1, owner: 1 });
}
