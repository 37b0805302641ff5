//! A dependency under another name, or a library that re-exports gatehouse, says once where it is.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #![gatehouse(path = crate::auth)]
    pub Admin(user: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
