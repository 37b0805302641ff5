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

fact! {
    /// However deep.
    #[cfg_attr(all(), cfg_attr(all(), doc = "docs", sensitive))]
    pub Diagnosis(user: UserId) -> u8;
    /// A default is not removed either.
    pub Suspended(user: UserId) -> bool = #[cfg(any())] true;
}

// What uses it has no error of its own.
#[policy]
async fn tenant(user: &User) -> bool {
    Tenant(user.id).await.is_some() && Diagnosis(user.id).await == Some(1) || Suspended(user.id).await
}

fn main() {}
