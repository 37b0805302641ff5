//! Tuples, arrays and what else is ordered as what is in it.
use std::cmp::Reverse;

use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
    pub Rated(user: u32) -> (u32, Option<u32>);
}

#[policy]
pub async fn tuple(user: &u32) -> bool {
    (Risk(*user).await, 1) < (Some(3), 0)
}

#[policy]
pub async fn array(user: &u32) -> bool {
    [Risk(*user).await] < [Some(3)]
}

#[policy]
pub async fn in_the_value(user: &u32) -> bool {
    Rated(*user).await? < (1, Some(3))
}

#[policy]
pub async fn reversed(user: &u32) -> bool {
    Reverse(Risk(*user).await) > Reverse(Some(3))
}

#[policy]
pub async fn boxed(user: &u32) -> bool {
    Box::new(Risk(*user).await) < Box::new(Some(3))
}

fn main() {}
