//! Where more truth in gives less truth out, data that run in circles have no meaning: "I am in if
//! I am out".
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Free(task: TaskId) -> bool {
        match Blocker(task).await {
            Some(other) => !Free(other).await,
            None => true,
        }
    }
}

// What uses it has no error of its own.
const _: &str = <Free as FactKey>::NAME;

fn main() {}
