use gatehouse::prelude::*;

fact! {
    pub Named(name: String) -> bool = false;
    pub Listed(name: String) -> bool = false;
}

pub struct User {
    pub name: String,
}

#[policy]
pub async fn named(user: &User) -> bool {
    Named(user.name).await
}

fn main() {}
