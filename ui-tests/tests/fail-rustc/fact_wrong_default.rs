use gatehouse::prelude::*;

fact! {
    pub Member(user: u32) -> bool = 0;
}

fn main() {}
