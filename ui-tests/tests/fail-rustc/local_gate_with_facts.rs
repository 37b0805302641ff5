use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
pub async fn high(user: &u32) -> bool {
    Level(*user).await? >= 3
}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, _keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Level)]
    store: Store,
}

fn main() {
    let session = Session::new(AppFacts { store: Store });
    let gate: Gate<Documents, (high,)> = Gate::new();
    let _ = gate.bind(&session, &1, &()).check_local(&2);
}
