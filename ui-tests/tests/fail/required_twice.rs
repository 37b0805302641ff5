//! Once is enough.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[required]
    #[required]
    pub Tenant(user: UserId) -> TenantId;
}

// What uses it has no error of its own.
const _: &str = <Tenant as FactKey>::NAME;

fn main() {}
