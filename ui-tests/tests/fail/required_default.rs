//! `#[required]` says what a missing value means, and so does a default: one of the two.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[required]
    pub Suspended(user: UserId) -> bool = false;
}

// What uses it has no error of its own.
const _: &str = <Suspended as FactKey>::NAME;

fn main() {}
