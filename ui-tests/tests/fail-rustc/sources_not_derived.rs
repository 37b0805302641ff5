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

static GATE: Gate<Documents, high> = Gate::new();

struct AppFacts;

fn main() {
    let session = Session::new(AppFacts);
    let _ = GATE.bind(&session, &1, &());
}
