//! Names that are keywords.
use gatehouse::prelude::*;

pub struct User {
    r#type: u32,
}

fact! {
    pub Kind(r#type: u32) -> u8;
}

#[policy]
pub async fn r#match(user: &User) -> bool {
    let r#type = user.r#type;
    Kind(r#type).await? >= 3
}

pub fn main() {
    assert_eq!(r#match::PLAN.loads[0].fact, "Kind");
}
