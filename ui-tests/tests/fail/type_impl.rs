//! A fact is one key type with one table in a session.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Flag(name: impl Into<String>) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Flag as FactKey>::NAME;

fn main() {}
