//! Policies in modules and functions, facts from other modules.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

mod facts {
    gatehouse::fact! {
        pub Level(user: u32) -> u8;
    }
}

mod rules {
    use super::{User, facts};
    use gatehouse::prelude::*;

    #[policy]
    pub async fn high(user: &User) -> bool {
        facts::Level(user.id).await? >= 3
    }
}

pub fn main() {
    #[policy]
    async fn low(user: &User) -> bool {
        facts::Level(user.id).await? < 3
    }
    let low_rounds = low::PLAN.rounds;
    assert_eq!(low_rounds, rules::high::PLAN.rounds);
}
