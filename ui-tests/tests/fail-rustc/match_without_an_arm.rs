//! A variant without an arm: the advice is at the user's arms.
use gatehouse::prelude::*;

pub enum Action {
    Read,
    Edit,
    Delete,
}

fact! {
    pub Member(user: u32) -> bool = false;
}

#[policy]
pub async fn member(user: &u32, action: &Action, _: &()) -> bool {
    Member(*user).await
        && match action {
            Action::Read => true,
            Action::Edit => *user == 1,
        }
}

fn main() {}
