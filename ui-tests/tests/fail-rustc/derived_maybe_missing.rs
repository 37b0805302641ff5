use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
    pub Senior(user: u32) -> bool {
        user == 1 || Admin(user).await
    }
}

fn main() {}
