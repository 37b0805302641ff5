use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[policy]
pub fn owner(user: &User, doc: &Document) {
    let _ = doc.owner == user.id;
}

fn main() {}
