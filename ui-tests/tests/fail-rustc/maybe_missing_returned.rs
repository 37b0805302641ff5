use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    if *user == 0 {
        return Admin(0).await;
    }
    *user == 1
}

fn main() {}
