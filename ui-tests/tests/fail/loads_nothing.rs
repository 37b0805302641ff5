use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

struct Levels;

#[derive(Sources)]
struct AppFacts {
    #[loads()]
    levels: Levels,
}

fn main() {}
