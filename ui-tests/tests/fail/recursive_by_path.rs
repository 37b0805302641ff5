//! A fact that is used by a path through the crate is one from elsewhere to `fact!`, and the
//! recursion would not be seen.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Sees(user: UserId, folder: FolderId) -> bool {
        Granted(user, folder).await
            || match Parent(folder).await {
                Some(above) => crate::Sees(user, above).await,
                None => false,
            }
    }
}

// What uses it has no error of its own.
const _: &str = <Sees as FactKey>::NAME;

fn main() {}
