use gatehouse::prelude::*;

#[derive(Clone, Debug)]
pub struct Badge(*const u8);

fact! {
    pub Shown(user: u32) -> Badge;
}


fn main() {}
