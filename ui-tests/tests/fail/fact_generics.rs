//! A fact is one key type with one table in a session; a generic one would be many.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Owner<T>(of: T) -> UserId;
}

// What uses it has no error of its own.
const _: &str = <Owner as FactKey>::NAME;

fn main() {}
