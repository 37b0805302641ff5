use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    Admin(*user).await && *user > 0
}

fn main() {}
