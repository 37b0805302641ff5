use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
#[deny(unused_must_use)]
pub async fn high(user: &u32) -> bool {
    Level(*user).await;
    *user == 1
}

fn main() {}
