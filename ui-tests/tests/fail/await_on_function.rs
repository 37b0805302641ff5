//! Only facts are awaited, no other functions.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

async fn is_suspended(user: u32) -> bool {
    user == 0
}

#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    is_suspended(user.id).await
}

fn main() {}
