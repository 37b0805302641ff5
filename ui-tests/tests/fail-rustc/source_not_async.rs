use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Store;

impl FactSource<Level> for Store {
    fn load(&self, _keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(Loaded::new())
    }
}

fn main() {
    let _ = Store;
}
