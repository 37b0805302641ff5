use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    Level(*user).await >= 3
}

fn main() {}
