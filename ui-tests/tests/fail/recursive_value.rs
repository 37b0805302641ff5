//! In data that run in circles a recursive fact takes the least of its values, and only of `bool`
//! is it plain which one that is.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Depth(folder: FolderId) -> u32 {
        match Parent(folder).await {
            Some(above) => Depth(above).await + 1,
            None => 0,
        }
    }
}

// What uses it has no error of its own.
const _: &str = <Depth as FactKey>::NAME;

fn main() {}
