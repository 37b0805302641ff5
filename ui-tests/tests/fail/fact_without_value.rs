use gatehouse::prelude::*;

fact! {
    pub Member(user: u32);
}

fn main() {}
