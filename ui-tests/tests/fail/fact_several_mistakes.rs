use gatehouse::prelude::*;

fact! {
    pub Member(user: u32, user: u32) -> bool;
    pub Owner<T>(user: u32) -> bool;
    pub Good(user: u32) -> bool;
}

#[policy]
pub async fn good(user: &u32) -> bool {
    Good(*user).await?
}

fn main() {}
