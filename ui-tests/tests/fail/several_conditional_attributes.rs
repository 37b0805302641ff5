//! However deep the attribute is, and on a default.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::{UserId, User};
use gatehouse::prelude::*;

fact! {
    #[cfg_attr(all(), cfg_attr(all(), doc = "docs", sensitive))]
    pub Diagnosis(user: UserId) -> u8;
    /// A default is not removed either.
    pub Suspended(user: UserId) -> bool = #[cfg(any())] true;
}

// What uses it has no error of its own.
#[policy]
async fn either(user: &User) -> bool {
    Diagnosis(user.id).await == Some(1) || Suspended(user.id).await
}

fn main() {}
