use gatehouse::prelude::*;

fact! {
    pub Suspended(user: u32) -> bool = false;
    pub Active(user: u32) -> bool {
        !Suspended(user).await
    }
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

async fn handler(session: &Session<AppFacts>) {
    let _ = session.know(Active(1), true);
    let _ = session.fact(Active(1)).await;
}

fn main() {}
