//! `#[required]` says one thing: a missing value counts as a failed load.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[required(true)]
    pub Tenant(user: UserId) -> TenantId;
}

// What uses it has no error of its own.
const _: &str = <Tenant as FactKey>::NAME;

fn main() {}
