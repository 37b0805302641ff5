use gatehouse::prelude::*;

fact! {
    pub Suspended(user: u32) -> bool = false;
}

#[policy]
pub fn active(user: &u32) -> bool {
    !Suspended(*user)
}

fn main() {}
