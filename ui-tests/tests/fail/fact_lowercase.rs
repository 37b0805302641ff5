//! A rule tells a load from a call of a function by the capital letter.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub org_role(user: UserId) -> Role;
}

// What uses it has no error of its own.
const _: &str = <org_role as FactKey>::NAME;

fn main() {}
