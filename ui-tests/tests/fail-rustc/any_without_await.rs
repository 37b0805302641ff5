use gatehouse::prelude::*;

fact! {
    pub Admin(user: u32) -> bool = false;
}

#[policy]
pub fn admins(user: &u32) -> bool {
    *user == 0 || any([1, 2].into_iter().map(Admin))
}

fn main() {}
