//! `None` is less than everything: a value that may be missing is not ordered, on whichever side.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
pub async fn direct(user: &u32) -> bool {
    Risk(*user).await < Some(3)
}

#[policy]
pub async fn in_parentheses(user: &u32) -> bool {
    (Risk(*user).await) < Some(3)
}

#[policy]
pub async fn on_the_right(user: &u32) -> bool {
    Some(3) > Risk(*user).await
}

#[policy]
pub async fn in_a_block(user: &u32) -> bool {
    !({ Risk(*user).await } >= Some(3))
}

#[policy]
pub async fn behind_a_reference(user: &u32) -> bool {
    &Risk(*user).await < &Some(3)
}

fn main() {}
