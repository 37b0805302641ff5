//! The type of a fact's value is what `.await` gives.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub OrgRole(user: UserId);
}

// What uses it has no error of its own.
const _: &str = <OrgRole as FactKey>::NAME;

fn main() {}
