use gatehouse::prelude::*;

pub struct Level;

struct Store;

#[derive(Sources)]
struct AppFacts {
    #[loads(Level)]
    store: Store,
}

fn main() {}
