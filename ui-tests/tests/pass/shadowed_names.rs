//! A user's names hide none of ours.
use gatehouse::prelude::*;

pub struct Option;
pub struct Result;
pub struct Some;
pub struct Ok;
pub struct P;
pub struct D;
pub struct K;
pub struct Rule;
pub struct Cx;

pub struct User {
    id: u32,
}

fact! {
    pub Level(user: u32) -> u8;
    pub Suspended(user: u32) -> bool = false;
}

#[policy]
pub async fn high(user: &User, _: &P, _: &D) -> bool {
    let cx = Level(user.id).await?;
    let request = cx;
    request >= 3 || Suspended(user.id).await
}

#[derive(Sources)]
pub struct NoFacts {}

pub fn main() {}
