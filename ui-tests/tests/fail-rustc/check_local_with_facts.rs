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

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy]
pub async fn high(user: &User) -> bool {
    Level(user.id).await? >= 3
}

static GATE: Gate<Documents, high> = Gate::new();

struct Levels;

impl FactSource<Level> for Levels {
    async fn load(&self, _: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(Level)]
    levels: Levels,
}

fn main() {
    let session = Session::new(AppFacts { levels: Levels });
    let user = User { id: 1 };
    let access = GATE.bind(&session, &user, &());
    let _ = access.check_local(&Document { id: 1, owner: 1 });
}
