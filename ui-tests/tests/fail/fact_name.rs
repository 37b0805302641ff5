//! A `fact!` block holds declarations of facts, one after the other, and nothing else.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub 3
}

fn main() {}
