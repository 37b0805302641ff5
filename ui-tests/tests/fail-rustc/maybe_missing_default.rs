//! A default that is `None` is no `bool`.
use gatehouse::prelude::*;

fact! {
    pub Blocked(user: u32) -> Option<bool> = None;
}

#[policy(forbid)]
pub async fn blocked(user: &u32) -> bool {
    Blocked(*user).await
}

fn main() {}
