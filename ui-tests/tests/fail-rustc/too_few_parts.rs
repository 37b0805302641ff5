use gatehouse::prelude::*;

fact! {
    pub OrgRole(user: u32, org: u32) -> u8;
}

#[policy]
pub async fn high(user: &u32) -> bool {
    OrgRole(*user).await? >= 3
}

fn main() {}
