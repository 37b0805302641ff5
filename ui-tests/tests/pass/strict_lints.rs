//! Generated code is clean in a crate with strict lints.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unsafe_code, unused_qualifications)]

use gatehouse::prelude::*;

/// Somebody.
pub struct User {
    /// Their number.
    pub id: u32,
}

fact! {
    /// How far `user` got.
    pub Level(user: u32) -> u8;
    /// Whether `user` is suspended.
    pub Suspended(user: u32) -> bool = false;
}

/// Suspended users do nothing.
#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Who got far enough.
#[policy]
pub async fn high(user: &User) -> bool {
    let level = Level(user.id).await?;
    let same = Level(user.id).await?;
    level >= 3 && same == level || Suspended(user.id).await
}

/// Parentheses that an operand needs.
#[policy]
pub async fn grouped(user: &User) -> bool {
    if user.id == 0 {
        return Suspended(user.id).await;
    }
    Suspended(user.id).await && (Level(user.id).await.is_some() || Suspended(1).await)
        || Suspended(2).await && (user.id == 1 || user.id == 2)
}

pub fn main() {}
