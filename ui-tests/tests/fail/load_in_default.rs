//! A default is there when nothing else is: it cannot wait, nor fail. What follows from other facts is a
//! fact with a body.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Limit(user: UserId) -> u32 = UsualLimit().await;
}

// What uses it has no error of its own.
#[policy]
async fn few(user: &User) -> bool {
    Limit(user.id).await < 10
}

fn main() {}
