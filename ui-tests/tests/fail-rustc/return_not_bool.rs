//! What a body returns early says whether it applies, too.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
pub async fn high(user: &User) -> bool {
    if user.id == 0 {
        return Level(1).await;
    }
    Level(user.id).await? >= 3
}

fn main() {}
