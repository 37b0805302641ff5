use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
pub async fn high(user: &u32) -> bool {
    Levl(*user).await? >= 3
}

fn main() {}
