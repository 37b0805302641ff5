use gatehouse::prelude::*;

fact! {
    pub Team(user: u32) -> u32;
    pub Trusted(team: u32) -> bool = false;
}

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
pub async fn trusted(user: &u32) -> bool {
    let team = Team(*user).await?;
    Trusted(team).await
}

pub static GATE: Gate<Documents, trusted> = Gate::new().within_rounds(1);

fn main() {}
