#[path = "../chain/mod.rs"]
mod chain;

use chain::Sees99;
use gatehouse::prelude::*;

#[policy(rounds = 99)]
pub async fn sees(user: &u32, folder: &u32) -> bool {
    *user == 1 || Sees99(*user, *folder).await
}

fn main() {}
