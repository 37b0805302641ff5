//! Attributes on policies and inside them.
#![deny(warnings, clippy::all, clippy::pedantic)]
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

fact! {
    pub Level(user: u32) -> u8;
}

#[policy]
#[cfg(any())]
pub async fn never(user: &Nobody) -> bool {
    Level(user.id).await? >= 3
}

#[policy]
#[allow(clippy::nonminimal_bool, unused_parens)]
pub async fn high(user: &User) -> bool {
    #[allow(unused_variables)]
    let id = user.id;
    match Level(user.id).await {
        #[allow(clippy::absurd_extreme_comparisons, unused_comparisons)]
        Some(level) if level >= 0 => (!(user.id != 1)),
        _ => false,
    }
}

pub fn main() {}
