use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
    pub Senior(user: u32) -> bool {
        Level(user).await.unwrap_or_default()
    }
}

fn main() {}
