use gatehouse::prelude::*;

fact! {
    pub Member(user: u32, user: u32) -> bool;
}

fn main() {}
