//! Closures, those of locals included.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
pub async fn captured(user: &u32) -> bool {
    let risk = Risk(*user).await;
    let low = || risk < Some(3);
    low()
}

#[policy]
pub async fn argument(user: &u32) -> bool {
    let low = |risk| risk < Some(3);
    low(Risk(*user).await)
}

#[policy]
pub async fn passed_on(user: &u32) -> bool {
    let low = |risk: Option<u32>| risk < Some(3);
    each([1, *user].map(Risk)).await.into_iter().all(low)
}

#[policy]
pub async fn in_its_body(user: &u32) -> bool {
    let risk = Risk(*user).await;
    [1, 2].iter().any(|least| {
        let limit = Some(*least);
        if risk < limit {
            return true;
        }
        matches!(risk, it if it == limit)
    })
}

fn main() {}
