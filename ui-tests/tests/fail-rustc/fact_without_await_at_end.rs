use gatehouse::prelude::*;

fact! {
    pub Suspended(user: u32) -> bool = false;
}

#[policy(forbid)]
pub fn suspended(user: &u32) -> bool {
    Suspended(*user)
}

fn main() {}
