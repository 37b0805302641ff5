use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    match *user {
        id if Admin(id).await => true,
        _ => false,
    }
}

fn main() {}
