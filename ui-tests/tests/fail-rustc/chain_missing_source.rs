#[path = "../chain/mod.rs"]
mod chain;

use chain::{Direct, Sees99};
use gatehouse::prelude::*;

struct Folders;
impl Domain for Folders {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
pub async fn sees(user: &u32, folder: &u32) -> bool {
    Sees99(*user, *folder).await
}

static GATE: Gate<Folders, sees> = Gate::new();

struct Database;
impl FactSource<Direct> for Database {
    async fn load(&self, keys: &[Direct]) -> Result<Loaded<Direct>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.folder == 0)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Direct)]
    database: Database,
}

fn main() {
    let session = Session::new(Facts { database: Database });
    let _ = GATE.bind(&session, &1, &());
}
