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

fact! {
    pub Clearance(level: u8) -> bool = false;
}

#[policy(rounds = 1)]
pub async fn cleared(user: &User) -> bool {
    let level = Level(user.id).await?;
    Clearance(level).await
}

fn main() {}
