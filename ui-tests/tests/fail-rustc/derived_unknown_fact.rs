use gatehouse::prelude::*;

fact! {
    pub Senior(user: u32) -> bool {
        Level(user).await > 3
    }
}

fn main() {}
