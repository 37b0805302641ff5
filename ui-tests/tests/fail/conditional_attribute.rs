//! What a fact is must be known when its code is written, and no condition is by then.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::{UserId, TenantId, User};
use gatehouse::prelude::*;

fact! {
    #[cfg_attr(demo, required)]
    pub Tenant(user: UserId) -> TenantId;
}

// What uses it has no error of its own.
#[policy]
async fn tenant(user: &User) -> bool {
    Tenant(user.id).await.is_some()
}

fn main() {}
