//! What follows `else` leaves the rule: a value there is shown at the user's block.
use gatehouse::prelude::*;

fact! {
    pub Limit(user: u32) -> u8;
}

#[policy]
pub async fn within(user: &u32) -> bool {
    let Some(limit) = Limit(*user).await else { false };
    limit > 3
}

fn main() {}
