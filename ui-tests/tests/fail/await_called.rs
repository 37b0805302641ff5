//! `.await` is a keyword, not a method. (In a policy Rust itself says so.)
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Trusted(user: UserId) -> bool {
        Admin(user).await()
    }
}

// What uses it has no error of its own.
const _: &str = <Trusted as FactKey>::NAME;

fn main() {}
