//! The parts of a key are its fields.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Knows(user: UserId, user: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Knows as FactKey>::NAME;

fn main() {}
