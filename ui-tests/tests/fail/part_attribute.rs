//! An attribute such as `#[cfg]` on a part would have to change the constructor too.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Admin(#[cfg(test)] user: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
