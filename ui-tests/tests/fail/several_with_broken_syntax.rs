//! A policy or a fact whose syntax is broken is there all the same, with the parser's error alone.
#[path = "../domain/mod.rs"]
mod domain;

use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Half(user: UserId) -> Vec<;
    pub Body(user: UserId) -> bool { Admin(user).await || }
    pub Whole(user: UserId) -> bool = false;
}

#[policy]
async fn whole(user: &User) -> bool {
    Whole(user.id).await || Body(user.id).await || Half(user.id).await.is_some()
}

// What uses them has no error of its own.
static GATE: Gate<Documents, (whole,)> = Gate::new();

fn main() {
    println!("{}", GATE.plan());
}
