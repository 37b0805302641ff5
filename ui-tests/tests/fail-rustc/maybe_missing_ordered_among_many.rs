//! What `each` gives, as a whole and one by one.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
}

#[policy]
pub async fn all(user: &u32) -> bool {
    each([1, *user].map(Risk)).await.iter().all(|risk| *risk < Some(3))
}

#[policy]
pub async fn in_a_loop(user: &u32) -> bool {
    let mut worst = Some(0);
    for risk in each([1, *user].map(Risk)).await {
        if risk > worst {
            worst = risk;
        }
    }
    worst == Some(0)
}

#[policy]
pub async fn sorted(user: &u32) -> bool {
    let mut risks = each([1, *user].map(Risk)).await;
    risks.sort();
    risks.first() == Some(&Some(1))
}

#[policy]
pub async fn least(user: &u32) -> bool {
    each([1, *user].map(Risk)).await.into_iter().min() == Some(Some(1))
}

#[policy]
pub async fn least_by(user: &u32) -> bool {
    each([1, *user].map(Risk)).await.iter().min_by(|a, b| a.cmp(b)).is_some()
}

#[policy]
pub async fn least_by_key(user: &u32) -> bool {
    [1, *user].iter().zip(each([1, *user].map(Risk)).await).min_by_key(|(_, risk)| *risk).is_some()
}

#[policy]
pub async fn least_pair(user: &u32) -> bool {
    each([1, *user].map(Risk)).await.into_iter().zip([1, 2]).min().is_some()
}

#[policy]
pub async fn reduced(user: &u32) -> bool {
    each([1, *user].map(Risk)).await.into_iter().reduce(Ord::max).is_some()
}

fn main() {}
