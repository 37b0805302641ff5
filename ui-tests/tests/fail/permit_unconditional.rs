use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[policy]
pub fn everybody(_: &User) -> bool {
    true
}

fn main() {}
