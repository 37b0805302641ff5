use gatehouse::prelude::*;

struct Store;

#[derive(Sources)]
struct AppFacts {
    #[loads(Level)]
    store: Store,
}

fn main() {}
