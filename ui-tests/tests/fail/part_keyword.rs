//! A keyword can be a name if it is written raw.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Price(type: Kind) -> u64;
}

// What uses it has no error of its own.
const _: &str = <Price as FactKey>::NAME;

fn main() {}
