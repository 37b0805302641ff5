use gatehouse::prelude::*;

fact! {
    pub Senior(user: u32) -> bool {
        user + 1
    }
}

fn main() {}
