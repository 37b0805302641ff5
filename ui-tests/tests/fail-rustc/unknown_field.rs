use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

pub struct User {
    pub id: u32,
}

#[policy]
pub async fn high(user: &User) -> bool {
    Level(user.ident).await? >= 3
}

fn main() {}
