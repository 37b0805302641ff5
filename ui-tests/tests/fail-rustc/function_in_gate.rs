//! Without `#[policy]`, a function is no type.
use gatehouse::prelude::*;

pub struct Document {
    pub owner: u32,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy]
pub fn owner(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

pub fn editor(user: &u32, doc: &Document) -> bool {
    doc.owner == *user + 1
}

pub static GATE: Gate<Documents, (owner, editor)> = Gate::new();

fn main() {}
