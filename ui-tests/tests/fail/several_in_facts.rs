//! All mistakes of a block are said at once, and the other facts of the block are there.
#[path = "../domain/mod.rs"]
mod domain;

use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Member(user: UserId, user: &str) -> [u8];
    pub Owner<T>(user: UserId) -> bool;
    pub broken -> bool;
    #[required]
    pub Fine(user: UserId) -> bool { Level(user).awit? > 3 && OrgRole(user).await() }
    pub Good(user: UserId) -> bool = false;
}

// What uses them has no error of its own.
#[policy]
async fn good(user: &User) -> bool {
    Good(user.id).await || Fine(user.id).await || Owner(user.id).await.is_some()
}

static GATE: Gate<Documents, (good,)> = Gate::new();

fn main() {
    println!("{}", GATE.plan());
}
