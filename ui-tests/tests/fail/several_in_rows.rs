//! All mistakes of mappings are said at once, and the other mappings are there.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct TableFacts {
    #[rows(Level = level(user_id) -> level, Admin, Risk = risk(user_id) -> [], Groups = (user_id))]
    #[rows(Suspended = suspension(user_id,,))]
    #[rows(GroupMember = group_member)]
    #[rows(Leads = lead(user_id, team_id), Leads = lead(user_id, team_id))]
    #[row(Tenant = "tenant"(user_id))]
    db: Database,
    #[loads(Level)]
    #[rows(OrgRole = "SELECT * FROM org_role;"(user_id) -> role)]
    #[rows]
    other: Database,
}

#[policy]
async fn leads(user: &User) -> bool {
    Level(user.id).await? > 3
        && Leads(user.id, 7).await
        && Admin(user.id).await
        && Risk(user.id).await? < 3
        && Groups(user.id).await?.contains(&7)
        && !Suspended(user.id).await
        && GroupMember(user.id).await
        && Tenant(user.id).await? == 7
        && OrgRole(user.id).await.is_some()
}

// What uses them has no error of its own.
static GATE: Gate<Documents, (leads,)> = Gate::new();

fn used(session: &Session<TableFacts>, user: &User) {
    let _ = GATE.bind(session, user, &Action::Read);
}

fn main() {}
