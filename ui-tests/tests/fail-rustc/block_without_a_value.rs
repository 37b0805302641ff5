//! A block that ends in `;` where a value is wanted is shown whole.
use gatehouse::prelude::*;

fact! {
    pub Limit(user: u32) -> u8;
}

#[policy]
pub async fn within(user: &u32) -> bool {
    if let Some(limit) = Limit(*user).await {
        limit > 3;
    } else {
        false
    }
}

fn main() {}
