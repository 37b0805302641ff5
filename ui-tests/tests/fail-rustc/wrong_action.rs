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

pub enum Command {
    Run,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

#[policy]
pub fn runners(user: &User, Command::Run: &Command, doc: &Document) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, runners> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let _ = GATE.bind(&session, &User { id: 1 }, &Action::Edit);
}
