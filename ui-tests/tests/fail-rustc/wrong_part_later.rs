use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

pub struct User {
    pub id: u32,
}

#[policy]
pub async fn high(user: &User) -> bool {
    Level(user.id).await? >= 3 && Level("ann").await? >= 2
}

fn main() {}
