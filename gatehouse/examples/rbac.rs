//! Role-based access control: roles are a fact, and so is what a role may do.
//!
//! The table of permissions is data: whoever runs the service can change it without a release. What
//! a permission *means* is a rule, and is compiled.

use std::collections::{HashMap, HashSet};

use gatehouse::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Clerk,
    Accountant,
    Auditor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Read,
    Book,
    Approve,
}

pub struct User {
    pub name: &'static str,
}

pub struct Invoice {
    pub department: u32,
    pub booked_by: &'static str,
}

fact! {
    /// The roles that `user` holds in `department`.
    pub Roles(user: &'static str, department: u32) -> Vec<Role>;
    /// Whether `role` may do `action`.
    pub Permission(role: Role, action: Action) -> bool = false;
}

/// A role of the user in the invoice's department has the permission. Two rounds: the roles, then
/// all permissions at once.
#[policy(rounds = 2)]
pub async fn by_role(user: &User, action: &Action, invoice: &Invoice) -> bool {
    let roles = Roles(user.name, invoice.department).await?;
    any(roles.iter().map(|role| Permission(*role, *action))).await
}

/// Nobody approves what they booked: separation of duties.
#[policy(forbid)]
pub fn own_booking(user: &User, Action::Approve: &Action, invoice: &Invoice) -> bool {
    invoice.booked_by == user.name
}

/// May a user do an action to an invoice?
pub struct Invoices;

impl Domain for Invoices {
    type Subject = User;
    type Action = Action;
    type Resource = Invoice;
    type Context = ();
}

pub static GATE: Gate<Invoices, (own_booking, by_role)> = Gate::new();

/// Stands in for two tables of a database.
pub struct Directory {
    roles: HashMap<(&'static str, u32), Vec<Role>>,
    permissions: HashSet<(Role, Action)>,
}

impl FactSource<Roles> for Directory {
    async fn load(&self, keys: &[Roles]) -> Result<Loaded<Roles>, FactError> {
        let found =
            |key: &Roles| Some((key.clone(), self.roles.get(&(key.user, key.department))?.clone()));
        Ok(keys.iter().filter_map(found).collect())
    }
}

impl FactSource<Permission> for Directory {
    async fn load(&self, keys: &[Permission]) -> Result<Loaded<Permission>, FactError> {
        let has = |key: &Permission| self.permissions.contains(&(key.role, key.action));
        Ok(keys.iter().map(|key| (key.clone(), has(key))).collect())
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(Roles, Permission)]
    directory: Directory,
}

fn facts() -> AppFacts {
    let directory = Directory {
        roles: HashMap::from([
            (("ann", 1), vec![Role::Clerk]),
            (("bob", 1), vec![Role::Clerk, Role::Accountant]),
            (("cara", 1), vec![Role::Auditor]),
        ]),
        permissions: HashSet::from([
            (Role::Clerk, Action::Read),
            (Role::Clerk, Action::Book),
            (Role::Accountant, Action::Approve),
            (Role::Auditor, Action::Read),
        ]),
    };
    AppFacts { directory }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let session = Session::new(facts());
    let invoice = Invoice { department: 1, booked_by: "ann" };
    for name in ["ann", "bob", "cara"] {
        let user = User { name };
        for action in [Action::Read, Action::Book, Action::Approve] {
            let decision = GATE.bind(&session, &user, &action).check(&invoice).await;
            println!("{name:<5} {:<8} {decision}", format!("{action:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn may(name: &'static str, action: Action, booked_by: &'static str) -> bool {
        let session = Session::new(facts());
        let invoice = Invoice { department: 1, booked_by };
        GATE.bind(&session, &User { name }, &action).check(&invoice).await.is_allow()
    }

    #[tokio::test]
    async fn roles_give_permissions() {
        assert!(may("ann", Action::Book, "bob").await);
        assert!(!may("ann", Action::Approve, "bob").await);
        assert!(may("bob", Action::Approve, "ann").await);
        assert!(may("cara", Action::Read, "ann").await);
        assert!(!may("cara", Action::Book, "ann").await);
        assert!(!may("dora", Action::Read, "ann").await);
    }

    #[tokio::test]
    async fn nobody_approves_what_they_booked() {
        assert!(!may("bob", Action::Approve, "bob").await);
    }
}
