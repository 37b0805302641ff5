use gatehouse::prelude::*;

#[policy]
pub fn first(_user: &u32) -> bool {}

fn main() {}
