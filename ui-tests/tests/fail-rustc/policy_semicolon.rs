use gatehouse::prelude::*;

#[policy]
pub fn first(user: &u32) -> bool {
    *user == 1;
}

fn main() {}
