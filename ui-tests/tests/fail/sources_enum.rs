use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

#[derive(Sources)]
enum AppFacts {
    One,
}

fn main() {}
