use gatehouse::prelude::*;

#[derive(Debug)]
pub struct Badge(u8);

fact! {
    pub Shown(user: u32) -> Badge;
}


fn main() {}
