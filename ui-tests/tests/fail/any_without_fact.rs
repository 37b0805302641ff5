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

fn keys() -> Vec<Suspended> {
    vec![]
}

#[policy]
pub async fn some(user: &User) -> bool {
    any(keys()).await && user.id == 1
}

fn main() {}
