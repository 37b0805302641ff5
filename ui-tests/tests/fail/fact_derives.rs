//! A key is `Clone + Eq + Hash + Debug` by itself; a second `impl` would collide with the first.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[derive(PartialOrd, Clone)]
    pub Admin(user: UserId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
