use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

#[derive(Debug)]
pub struct DatabaseError;

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection lost")
    }
}

impl std::error::Error for DatabaseError {}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, _keys: &[Level]) -> Result<Loaded<Level>, DatabaseError> {
        Err(DatabaseError)
    }
}

fn main() {
    let _ = Store;
}
