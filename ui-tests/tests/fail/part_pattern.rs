//! The parts of a key are its fields, one name each.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Level((user, org): (UserId, OrgId)) -> u8;
}

// What uses it has no error of its own.
const _: &str = <Level as FactKey>::NAME;

fn main() {}
