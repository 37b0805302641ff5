use gatehouse::prelude::*;

#[derive(PartialEq, Eq, Hash, Debug)]
pub struct Team(u32);

fact! {
    pub Member(user: u32, team: Team) -> bool;
}


fn main() {}
