//! Key parts are separated by commas, as parameters are.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Level(user: UserId org: OrgId) -> u8;
}

// What uses it has no error of its own.
const _: &str = <Level as FactKey>::NAME;

fn main() {}
