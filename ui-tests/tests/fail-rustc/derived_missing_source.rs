use gatehouse::prelude::*;

fact! {
    pub Parent(folder: u32) -> u32;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(above) => Viewer(user, above).await,
                None => false,
            }
    }
}

pub struct Folders;
impl Domain for Folders {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
pub async fn viewer(user: &u32, folder: &u32) -> bool {
    Viewer(*user, *folder).await
}

static GATE: Gate<Folders, viewer> = Gate::new();

struct Store;

impl FactSource<Grant> for Store {
    async fn load(&self, _: &[Grant]) -> Result<Loaded<Grant>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Grant)]
    store: Store,
}

fn main() {
    let session = Session::new(AppFacts { store: Store });
    let _ = GATE.bind(&session, &1, &());
}
