use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    match *user {
        0 => Admin(0).await,
        _ => false,
    }
}

fn main() {}
