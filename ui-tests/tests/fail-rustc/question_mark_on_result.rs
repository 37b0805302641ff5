use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[policy]
pub fn first(user: &User) -> bool {
    let id: u32 = "1".parse()?;
    user.id == id
}

fn main() {}
