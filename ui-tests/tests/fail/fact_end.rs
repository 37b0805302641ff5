//! A fact ends with `;`, with a default or with a body.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub OrgRole(user: UserId) -> Role
    pub Admin(user: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
