//! A session is told what sources load, and never what a rule computes.
use gatehouse::prelude::*;

fact! {
    pub Open(folder: u32) -> bool = false;
    pub Shut(folder: u32) -> bool {
        !Open(folder).await
    }
    pub Level(user: u32) -> u8;
}

struct Store;

impl FactSource<Open> for Store {
    async fn load(&self, _keys: &[Open]) -> Result<Loaded<Open>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Open)]
    store: Store,
}

/// A fact with a body.
fn derived(session: &Session<AppFacts>) {
    let _ = session.know(Shut(1), true);
}

/// A fact that has no source in this session.
fn no_source(session: &Session<AppFacts>) {
    let _ = session.know(Level(1), 3);
}

/// A fact with a body, whose value is asked for.
async fn asked(session: &Session<AppFacts>) {
    let _ = session.fact(Shut(1)).await;
}

fn main() {}
