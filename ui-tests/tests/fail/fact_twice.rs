//! Two facts of one name would be one type.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    pub Admin(user: UserId) -> bool;
    pub Admin(org: OrgId) -> bool;
}

// What uses it has no error of its own.
const _: &str = <Admin as FactKey>::NAME;

fn main() {}
