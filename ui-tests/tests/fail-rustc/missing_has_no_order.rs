//! The example of the page: a value that may be missing, ordered as if it were there.
use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
    pub limit: u32,
}

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
async fn careful(user: &User) -> bool {
    let risk = Risk(user.id).await;
    risk < Some(user.limit)
}

fn main() {}
