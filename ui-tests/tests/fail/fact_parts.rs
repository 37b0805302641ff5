//! The key parts say what is asked for; a fact that there is one of has none.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Maintenance -> bool;
}

// What uses it has no error of its own.
const _: &str = <Maintenance as FactKey>::NAME;

fn main() {}
