//! The action stands between the subject and the resource.
use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
}

pub struct Document {
    pub owner: u32,
}

pub enum Action {
    Edit,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

#[policy]
pub fn editors(user: &User, doc: &Document, Action::Edit: &Action) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, editors> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &User { id: 1 }, &Action::Edit);
}
