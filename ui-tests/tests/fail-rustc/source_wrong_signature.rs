use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, _key: &Level) -> Result<Option<u8>, FactError> {
        Ok(None)
    }
}

fn main() {
    let _ = Store;
}
