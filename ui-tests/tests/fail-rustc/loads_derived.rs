use gatehouse::prelude::*;

fact! {
    pub Open(folder: u32) -> bool = false;
    pub Shut(folder: u32) -> bool {
        !Open(folder).await
    }
}

struct Store;

impl FactSource<Open> for Store {
    async fn load(&self, _keys: &[Open]) -> Result<Loaded<Open>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Open, Shut)]
    store: Store,
}

fn main() {}
