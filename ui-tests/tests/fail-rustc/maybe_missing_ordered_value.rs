//! A value that is an `Option` itself is missing where the fact is not.
use gatehouse::prelude::*;

pub type Perhaps = Option<u32>;

fact! {
    pub Defaulted(user: u32) -> Option<u32> = None;
    pub Named(user: u32) -> Perhaps = None;
    pub Derived(user: u32) -> Option<u32> {
        Defaulted(user).await
    }
    pub Loaded(user: u32) -> Option<u32>;
}

#[policy]
pub async fn defaulted(user: &u32) -> bool {
    Defaulted(*user).await < Some(3)
}

#[policy]
pub async fn named(user: &u32) -> bool {
    Named(*user).await < Some(3)
}

#[policy]
pub async fn derived(user: &u32) -> bool {
    Derived(*user).await < Some(3)
}

#[policy]
pub async fn loaded(user: &u32) -> bool {
    Loaded(*user).await? < Some(3)
}

fn main() {}
