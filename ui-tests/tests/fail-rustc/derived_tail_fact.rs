use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u32 = 0;
    pub Senior(user: u32) -> bool {
        Level(user).await
    }
}

fn main() {}
