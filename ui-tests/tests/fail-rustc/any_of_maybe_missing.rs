use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool;
}

#[policy]
pub async fn admin(user: &u32) -> bool {
    any([1, 2].into_iter().map(Admin)).await || *user == 0
}

fn main() {}
