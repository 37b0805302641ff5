//! A body says true or false; it cannot end in another way, nor see how another one ended.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
pub async fn high(user: &User) -> bool {
    if user.id == 0 {
        return Err(gatehouse::private::Stop::NotApplicable);
    }
    Level(user.id).await? >= 3
}

fn main() {}
