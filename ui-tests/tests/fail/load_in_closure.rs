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

#[policy]
pub async fn any_level(user: &User, doc: &Document) -> bool {
    [user.id, doc.owner].iter().any(|id| Level(*id).await.is_some())
}

fn main() {}
