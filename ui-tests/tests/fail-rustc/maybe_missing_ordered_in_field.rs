//! Behind a field, in what std wraps, and by functions that are told the order.
use std::borrow::Cow;
use std::cell::Cell;
use std::pin::Pin;

use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

struct Band {
    low: bool,
}

#[policy]
pub async fn field_of_a_tuple(user: &u32) -> bool {
    let risk = Risk(*user).await;
    (risk < Some(3), 1).0
}

#[policy]
pub async fn field_of_a_struct(user: &u32) -> bool {
    let risk = Risk(*user).await;
    Band { low: risk < Some(3) }.low
}

#[policy]
pub async fn field_of_a_call(user: &u32) -> bool {
    let risk = Risk(*user).await;
    std::cmp::min((risk, true), (Some(3), false)).1
}

#[policy]
pub async fn least_of_all(user: &u32) -> bool {
    let risks = each([Risk(*user), Risk(*user + 1)]).await;
    let Some(safest) = risks.iter().enumerate().min_by_key(|(_, risk)| **risk) else { return false };
    safest.0 == 0
}

#[policy]
pub async fn in_a_cell(user: &u32) -> bool {
    let risk = Risk(*user).await;
    Cell::new(risk) < Cell::new(Some(3))
}

#[policy]
pub async fn in_a_cow(user: &u32) -> bool {
    let risk = Risk(*user).await;
    Cow::Borrowed(&risk) < Cow::Owned(Some(3))
}

#[policy]
pub async fn pinned(user: &u32) -> bool {
    let risk = Risk(*user).await;
    Pin::new(&risk) < Pin::new(&Some(3))
}

#[policy]
pub async fn in_a_range(user: &u32) -> bool {
    let risk = Risk(*user).await;
    std::ops::RangeBounds::contains(&(..Some(3)), &risk)
}

#[policy]
pub async fn by_an_order(user: &u32) -> bool {
    let risk = Risk(*user).await;
    std::cmp::min_by(risk, Some(3), Ord::cmp) != Some(3)
}

fn main() {}
