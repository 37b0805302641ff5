//! Macros that bind or declare in a statement: what may be theirs is not asked for early. And a cast to a
//! type that a macro names.
#![deny(warnings)]
use gatehouse::prelude::*;

fact! {
    pub Flag(id: u32) -> bool = false;
}

macro_rules! bind {
    ($name:ident, $value:expr) => {
        let $name = $value;
    };
}
macro_rules! declare {
    ($name:ident) => {
        fn $name() -> u32 {
            2
        }
    };
}

#[policy]
pub async fn behind_an_operand(user: &u32) -> bool {
    bind!(other, *user);
    Flag(0).await || Flag(other).await
}

#[policy]
pub async fn behind_a_let(user: &u32) -> bool {
    bind!(other, *user);
    let first = Flag(0).await;
    let second = Flag(other).await;
    first && second
}

#[policy]
pub async fn behind_an_if(user: &u32) -> bool {
    bind!(other, *user);
    if Flag(0).await {
        return true;
    }
    Flag(other).await
}

#[policy]
pub async fn declared(user: &u32) -> bool {
    declare!(two);
    let other = two();
    let first = Flag(*user).await;
    let second = Flag(other).await;
    first && second
}

macro_rules! casts {
    ($user:ident, $ty:ty) => {
        #[policy]
        pub async fn cast($user: &u32) -> bool {
            *$user as $ty < 2 && Flag(*$user).await
        }

        #[policy]
        pub fn shifted($user: &u32) -> bool {
            *$user as $ty << 1 == 2
        }
    };
}
casts!(user, u64);

pub fn main() {}
