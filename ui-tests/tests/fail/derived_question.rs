//! A derived fact has a value, always: what a missing fact means for it, its author says.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Editor(user: UserId) -> bool {
        OrgRole(user).await? >= Role::Editor
    }
}

// What uses it has no error of its own.
const _: &str = <Editor as FactKey>::NAME;

fn main() {}
