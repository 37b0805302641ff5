use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(keys.iter().map(|key| (key.user, 3)).collect())
    }
}

fn main() {
    let _ = Store;
}
