//! Facts and policies that another macro writes.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

macro_rules! level {
    ($fact:ident, $policy:ident, $least:expr) => {
        fact! {
            pub $fact(user: u32) -> u8;
        }

        #[policy]
        pub async fn $policy(user: &User) -> bool {
            $fact(user.id).await? >= $least
        }
    };
}

level!(Reading, reader, 1);
level!(Writing, writer, 2);

pub fn main() {
    assert_eq!(writer::PLAN.rounds, 1);
}
