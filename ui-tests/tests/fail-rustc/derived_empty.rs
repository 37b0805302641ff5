use gatehouse::prelude::*;

fact! {
    pub Senior(user: u32) -> bool {}
}

fn main() {}
