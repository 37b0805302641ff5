//! In an `Arc` too, what does not load a fact is named.
use std::sync::Arc;

use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Levels;

#[derive(Sources)]
struct AppFacts {
    #[loads(Level)]
    levels: Arc<Levels>,
}

fn main() {}
