//! A `cfg` inside a body would get lost.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

fact! {
    pub Suspended(user: u32) -> bool = false;
}

#[policy]
pub async fn active(user: &User) -> bool {
    #[cfg(feature = "demo")]
    return true;
    !Suspended(user.id).await
}

fn main() {}
