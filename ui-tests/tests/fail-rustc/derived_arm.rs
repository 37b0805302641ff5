use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u32 = 0;
    pub Senior(user: u32) -> bool {
        match user {
            0 => true,
            _ => Level(user).await,
        }
    }
}

fn main() {}
