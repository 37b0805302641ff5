use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[policy]
pub async fn owner(user: &User, doc: &Document) -> bool {
    let same = std::future::ready(doc.owner == user.id);
    same.await
}

fn main() {}
