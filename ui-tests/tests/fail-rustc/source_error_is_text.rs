use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Store;

impl Store {
    fn query(&self) -> Result<Vec<(Level, u8)>, String> {
        Err("connection lost".into())
    }
}

impl FactSource<Level> for Store {
    async fn load(&self, _keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        let rows = self.query()?;
        Ok(rows.into_iter().collect())
    }
}

fn main() {
    let _ = Store;
}
