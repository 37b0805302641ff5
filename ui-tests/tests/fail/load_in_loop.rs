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
    for id in [user.id, doc.owner] {
        if Level(id).await.is_some() {
            return true;
        }
    }
    false
}

fn main() {}
