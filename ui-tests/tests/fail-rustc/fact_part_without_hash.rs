use gatehouse::prelude::*;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Team(u32);

fact! {
    pub Member(user: u32, team: Team) -> bool;
}

fn main() {}
