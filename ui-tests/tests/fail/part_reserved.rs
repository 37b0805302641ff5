//! These words cannot be written raw either.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Admin(self: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
