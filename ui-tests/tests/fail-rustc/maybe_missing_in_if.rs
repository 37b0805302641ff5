//! A fact without a default may be missing, and a missing one is no `bool`.
use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    if Admin(*user).await {
        return true;
    }
    *user == 0
}

fn main() {}
