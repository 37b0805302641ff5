//! An attribute that is nearly `required` or `sensitive` would be lost, and with it the promise
//! that a missing value never permits, or that a value is shown nowhere.
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
