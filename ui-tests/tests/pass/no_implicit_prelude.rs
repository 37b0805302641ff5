//! Generated code names everything by its full path.
#![no_implicit_prelude]

use ::gatehouse::{Sources, fact, policy};

pub struct User {
    id: u32,
}

fact! {
    pub Level(user: u32) -> u8;
    pub Suspended(user: u32) -> bool = false;
    pub Member(user: u32) -> (u32, ::std::option::Option<u32>);
    pub Groups(user: u32) -> ::std::vec::Vec<u32>;
}

#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

#[policy]
pub async fn high(user: &User) -> bool {
    Level(user.id).await? >= 3 || Suspended(user.id).await
}

pub struct Store;

impl ::gatehouse::FactSource<Level> for Store {
    async fn load(
        &self,
        _: &[Level],
    ) -> ::std::result::Result<::gatehouse::Loaded<Level>, ::gatehouse::FactError> {
        ::std::result::Result::Ok(::gatehouse::Loaded::new())
    }
}

#[derive(Sources)]
pub struct Facts {
    #[loads(Level)]
    store: Store,
    #[rows(Suspended = suspension(user_id), Member = member(user_id) -> (role, since))]
    #[rows(Groups = groups(user_id) -> [group_id])]
    db: ::sqlx::PgPool,
}

#[derive(Sources)]
pub struct NoFacts {}

pub fn main() {}
