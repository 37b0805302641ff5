//! A field that does not exist is one error, though it is compared beside a load.
use gatehouse::prelude::*;

pub struct Invoice {
    pub amount: u32,
}

fact! {
    pub Member(user: u32, org: u32) -> bool = false;
    pub Named(user: u32, name: Option<u8>) -> bool {
        name.lenght > 3 && Member(user, 2).await
    }
}

#[policy]
pub async fn member(user: &u32, invoice: &Invoice) -> bool {
    invoice.amout > 3 && Member(*user, 2).await
}

fn main() {}
