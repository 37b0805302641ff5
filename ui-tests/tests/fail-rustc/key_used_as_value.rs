//! A forgotten `.await` before a method of the value's. A type of one's own has such methods too.
use gatehouse::prelude::*;

pub struct Wrapper(pub Option<u8>);

impl Wrapper {
    pub fn unwrap_or(self, otherwise: u8) -> u8 {
        self.0.unwrap_or(otherwise)
    }
}

fact! {
    pub Limit(user: u32) -> u8;
    pub Capped(user: u32) -> bool {
        Limit(user).is_some()
    }
}

#[policy]
pub async fn within(user: &u32) -> bool {
    Limit(*user).unwrap_or(0) > 3 && Wrapper(None).unwrap_or(0) > 3
}

#[policy]
pub async fn unlimited(user: &u32) -> bool {
    Limit(*user).is_none_or(|limit| limit > 3)
}

fn main() {}
