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

#[policy(forbid, rapid)]
pub async fn low(user: User) -> bool {
    let levels = [1, 2].map(|id| Level(id).await);
    Level(user.id).await? < 3
}

fn main() {}
