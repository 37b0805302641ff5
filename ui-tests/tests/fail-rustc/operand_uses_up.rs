//! A side of `||` that uses up what cannot be cloned.
use gatehouse::prelude::*;

pub struct Ticket(u32);

impl Ticket {
    fn redeem(self) -> bool {
        self.0 > 0
    }
}

fact! {
    pub Flag(id: u32) -> bool = false;
}

#[policy]
pub async fn redeems(user: &u32) -> bool {
    let ticket = Ticket(*user);
    Flag(*user).await || ticket.redeem()
}

fn main() {}
