//! Facts from tables, where neither `sqlite` nor `postgres` is on.

use gatehouse::prelude::*;

fact! {
    pub Suspended(user: i64) -> bool = false;
    pub OrgRole(user: i64, org: i64) -> i64;
    pub Weather() -> i64;
}

pub struct Pool;

pub struct Client;

impl FactSource<Weather> for Client {
    async fn load(&self, _: &[Weather]) -> Result<Loaded<Weather>, FactError> {
        Ok(Loaded::new())
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[rows(Suspended = suspension(user_id))]
    #[rows(OrgRole = member(user_id, org_id) -> role)]
    pub db: Pool,
    #[loads(Weather)]
    pub weather: Client,
}

#[policy(forbid)]
async fn suspended(user: &i64) -> bool {
    Suspended(*user).await
}

#[policy]
async fn member(user: &i64) -> bool {
    OrgRole(*user, 7).await? > 1
}

pub struct Orgs;
impl Domain for Orgs {
    type Subject = i64;
    type Action = ();
    type Resource = ();
    type Context = ();
}

static GATE: Gate<Orgs, (suspended, member)> = Gate::new();

pub async fn used(session: &Session<AppFacts>) -> bool {
    GATE.bind(session, &1, &()).check(&()).await.is_allow()
}

fn main() {}
