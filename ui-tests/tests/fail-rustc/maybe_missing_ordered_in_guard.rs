//! Guards, arms, and what `matches!` asks.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
pub async fn guard(user: &u32) -> bool {
    match Risk(*user).await {
        risk if risk < Some(3) => true,
        _ => false,
    }
}

#[policy]
pub async fn arm(user: &u32) -> bool {
    match Risk(*user).await {
        risk => risk < Some(3),
    }
}

#[policy]
pub async fn asked_by_a_macro(user: &u32) -> bool {
    matches!(Risk(*user).await, risk if risk < Some(3))
}

#[policy]
pub async fn asked_of_another(user: &u32) -> bool {
    let risk = Risk(*user).await;
    matches!(*user, 1..9 if risk < Some(3))
}

fn main() {}
