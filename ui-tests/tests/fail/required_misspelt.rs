//! An attribute that is nearly `required` would be lost, and with it the promise that a missing
//! value never permits.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[require]
    pub Tenant(user: UserId) -> TenantId;
}

// What uses it has no error of its own.
const _: &str = <Tenant as FactKey>::NAME;

fn main() {}
