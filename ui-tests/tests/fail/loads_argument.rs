use gatehouse::prelude::*;

pub struct User {
    id: u32,
}

pub struct Document {
    id: u32,
    owner: u32,
}

fact! {
    pub Suspended(user: u32) -> bool = false;
    pub Level(user: u32) -> u8;
}


struct Levels;

impl FactSource<Level> for Levels {
    async fn load(&self, _: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Level = 3)]
    levels: Levels,
}

fn main() {}
