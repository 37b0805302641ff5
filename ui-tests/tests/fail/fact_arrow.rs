//! A fact is written like a function: key parts, arrow, value.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub OrgRole(user: UserId): Role;
}

// What uses it has no error of its own.
const _: &str = <OrgRole as FactKey>::NAME;

fn main() {}
