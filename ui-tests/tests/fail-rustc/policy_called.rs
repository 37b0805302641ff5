use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

fn main() {
    let _ = owner(&User { id: 1 }, &Document { id: 1, owner: 1 });
}
