//! A recursive fact is the least of what its body allows: without a first truth there is none, and
//! the fact would be false for everybody, silently.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Sees(user: UserId, folder: FolderId) -> bool {
        match Parent(folder).await {
            Some(above) => Sees(user, above).await,
            None => false,
        }
    }
}

// What uses it has no error of its own.
const _: &str = <Sees as FactKey>::NAME;

fn main() {}
