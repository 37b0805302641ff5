use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u32 = 0;
    pub Senior(user: u32) -> bool {
        if Level(user).await { true } else { user == 1 }
    }
}

fn main() {}
