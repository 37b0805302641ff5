//! A body whose value is `true` asks for nothing, whatever stands before it.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

#[policy]
pub fn everybody(user: &User) -> bool {
    let _id = user.id;
    true
}

fn main() {}
