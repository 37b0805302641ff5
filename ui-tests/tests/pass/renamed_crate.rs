//! The library under another name.
mod vendored {
    pub use gatehouse as auth;
}

use vendored::auth::prelude::*;

pub struct User {
    id: u32,
}

fact! {
    #![gatehouse(crate = crate::vendored::auth)]

    pub Level(user: u32) -> u8;
}

#[policy(crate = crate::vendored::auth)]
pub async fn high(user: &User) -> bool {
    Level(user.id).await? >= 3
}

#[derive(Sources)]
#[sources(crate = crate::vendored::auth)]
pub struct NoFacts {}

#[derive(Sources)]
#[sources(crate = crate::vendored::auth)]
pub struct Facts {
    #[rows(Level = level(user_id) -> level)]
    db: sqlx::PgPool,
}

#[derive(Clone, Debug, PartialEq, vendored::auth::value::Value)]
#[value(crate = crate::vendored::auth, type = "citext")]
pub struct Email(String);

#[derive(Clone, Debug, PartialEq, vendored::auth::value::Value)]
#[value(repr = "i16", crate = vendored::auth)]
pub enum Rank {
    Guest = 1 + 1,
}

fn main() {}
