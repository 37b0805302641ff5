//! A session keeps keys and values, and outlives what a rule borrows from.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Flag(name: &str) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Flag as FactKey>::NAME;

fn main() {}
