//! The module `testing`, used as a user's tests would use it.
#![cfg(not(loom))]

mod assertions;
mod decision_tables;
mod fact_tables;
mod measures;
mod sources;

use std::panic::{AssertUnwindSafe, catch_unwind};

use gatehouse::prelude::*;
use gatehouse::testing::FactTable;
use gatehouse_tests::facts::{FolderViewer, Parent};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Read,
    Edit,
}

struct Document {
    org: u32,
    owner: u32,
    folder: u32,
}

const fn in_org(org: u32) -> Document {
    Document { org, owner: 0, folder: 0 }
}

fact! {
    /// The role that `user` holds in `org`.
    pub OrgRole(user: u32, org: u32) -> Role;
    pub Suspended(user: u32) -> bool = false;
    #[required]
    pub Region(org: u32) -> u32;
    /// Derived from a recursive one.
    pub Sees(user: u32, folder: u32) -> Option<bool> {
        Some(FolderViewer(user, Parent(folder).await?).await)
    }
}

/// Suspended users do nothing.
#[policy(forbid)]
async fn suspended(user: &u32) -> bool {
    Suspended(*user).await
}

#[policy]
fn owner(user: &u32, doc: &Document) -> bool {
    doc.owner == *user
}

/// Editors edit, viewers read.
#[policy]
async fn org_role(user: &u32, action: &Action, doc: &Document) -> bool {
    let least = if *action == Action::Edit { Role::Editor } else { Role::Viewer };
    OrgRole(*user, doc.org).await? >= least
}

#[policy]
async fn folder_viewer(user: &u32, Action::Read: &Action, doc: &Document) -> bool {
    FolderViewer(*user, doc.folder).await
}

#[policy]
async fn sees(user: &u32, doc: &Document) -> bool {
    Sees(*user, doc.folder).await == Some(true)
}

#[policy]
async fn same_region(user: &u32, doc: &Document) -> bool {
    Region(doc.org).await == Region(*user).await
}

struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

static GATE: Gate<Documents, (suspended, owner, org_role)> = Gate::new();
static FOLDERS: Gate<Documents, folder_viewer> = Gate::new();
static REGIONS: Gate<Documents, same_region> = Gate::new();
static ROLES: Gate<Documents, org_role> = Gate::new();

/// The text of the panic of `run`.
fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    *panic.downcast::<String>().expect("a text")
}

fn facts() -> FactTable {
    FactTable::new()
        .with(OrgRole(7, 3), Role::Editor)
        .rows([(OrgRole(8, 3), Role::Viewer), (OrgRole(9, 3), Role::Editor)])
        .with(Suspended(9), true)
}
