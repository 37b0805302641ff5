use gatehouse::prelude::*;

fact! {
    pub Member(user) -> bool;
}

fn main() {}
