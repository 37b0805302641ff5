//! Whether a value may be missing, its type says: it is known where the value is ordered.
use gatehouse::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    #[default]
    Reader,
    Editor,
}

fact! {
    pub Holds(user: u32) -> Role = Role::Reader;
}

#[policy]
pub async fn highest(user: &u32) -> bool {
    let roles = each([1, *user].map(Holds)).await.into_iter();
    let highest = roles.fold(Default::default(), |a, b| if a < b { b } else { a });
    highest == Role::Editor
}

fn main() {}
