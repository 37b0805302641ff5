use gatehouse::prelude::*;

fact! {
    #[required]
    pub Member(user: u32) -> bool = false;
}

fn main() {}
