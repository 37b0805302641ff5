//! There is no body to infer a declaration's types from.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Groups(user: UserId) -> Vec<_>;
}

// What uses it has no error of its own.
const _: &str = <Groups as FactKey>::NAME;

fn main() {}
