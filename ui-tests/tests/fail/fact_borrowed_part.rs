use gatehouse::prelude::*;

fact! {
    pub Member(user: &str) -> bool;
}

fn main() {}
