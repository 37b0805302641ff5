use gatehouse::prelude::*;

fact! {
    pub Suspended(user: u32) -> bool = false;
    pub Banned(user: u32) -> bool = false;
}

struct Store;

impl FactSource<Suspended> for Store {
    async fn load(&self, _: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Suspended)]
    store: Store,
}

fn handler(session: &Session<AppFacts>) {
    let _ = session.know(Banned(1), true);
}

fn main() {}
