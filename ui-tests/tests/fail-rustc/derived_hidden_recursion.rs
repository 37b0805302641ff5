//! A recursion through another name: the macro cannot see that it is one.
use gatehouse::prelude::*;

fact! {
    pub Parent(folder: u32) -> u32;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(above) => crate::Viewer(user, above).await,
                None => false,
            }
    }
}

fn main() {}
