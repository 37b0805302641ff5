//! A fact becomes a type and a function of one name: the name of a type that is no keyword.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub match(user: UserId) -> bool;
}

fn main() {}
