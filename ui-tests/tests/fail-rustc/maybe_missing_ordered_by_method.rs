//! Methods and functions that order, as the operators do.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
pub async fn less(user: &u32) -> bool {
    Risk(*user).await.lt(&Some(3))
}

#[policy]
pub async fn compared(user: &u32) -> bool {
    let risk = Risk(*user).await;
    risk.cmp(&Some(3)).is_lt()
}

#[policy]
pub async fn greatest(user: &u32) -> bool {
    Risk(*user).await.max(Some(3)) == Some(3)
}

#[policy]
pub async fn in_a_range(user: &u32) -> bool {
    (..Some(3)).contains(&Risk(*user).await)
}

#[policy]
pub async fn by_a_trait(user: &u32) -> bool {
    PartialOrd::lt(&Risk(*user).await, &Some(3))
}

#[policy]
pub async fn by_a_function(user: &u32) -> bool {
    let risk = Risk(*user).await;
    std::cmp::max(Some(3), risk) == Some(3)
}

fn main() {}
