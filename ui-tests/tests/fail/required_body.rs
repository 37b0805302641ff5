//! A derived fact has the value that its body gives, always.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[required]
    pub Member(user: UserId) -> bool {
        Tenant(user).await.is_some()
    }
}

// What uses it has no error of its own.
const _: &str = <Member as FactKey>::NAME;

fn main() {}
