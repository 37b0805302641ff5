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

pub struct Owner;

#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, Owner> = Gate::new();

fn main() {}
