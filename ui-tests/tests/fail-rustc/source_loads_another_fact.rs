//! The fact that a source answers is not the one it was asked for.
use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
    pub Age(user: u32) -> u8;
}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, _keys: &[Level]) -> Result<Loaded<Age>, FactError> {
        Ok(Loaded::new())
    }
}

fn main() {
    let _ = Store;
}
