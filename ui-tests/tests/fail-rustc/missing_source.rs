use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

fact! {
    pub Suspended(user: u32) -> bool = false;
    pub Level(user: u32) -> u8;
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, (suspended, owner)> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &User { id: 1 }, &());
}
