//! The rules: facts, policies, the gate.

use gatehouse::prelude::*;
use gatehouse::value::Value;

/// What somebody may do in an organisation; each role includes those before it. The database holds
/// `'viewer'` and `'editor'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Value)]
#[value(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Editor,
}

pub struct User {
    pub id: i64,
    pub name: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Edit,
}

pub struct Document {
    pub id: i64,
    pub title: String,
    pub org: i64,
    pub owner: i64,
    pub public: bool,
}

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: i64) -> bool = false;
    /// The role that `user` holds in `org`.
    pub OrgRole(user: i64, org: i64) -> Role;
    /// `user` was given `document` directly.
    pub Shared(user: i64, document: i64) -> bool = false;
}

/// Suspended users do nothing.
#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Everybody reads what is public.
#[policy]
pub fn public(_: &User, Action::Read: &Action, doc: &Document) -> bool {
    doc.public
}

/// Owners do anything to their documents.
#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Members of the organisation read.
#[policy]
pub async fn org_member(user: &User, Action::Read: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await.is_some()
}

/// Editors of the organisation may edit.
#[policy]
pub async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await? >= Role::Editor
}

/// Who was given a document reads it.
#[policy]
pub async fn shared(user: &User, Action::Read: &Action, doc: &Document) -> bool {
    Shared(user.id, doc.id).await
}

/// May a user do an action to a document?
pub struct Documents;

impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

pub static GATE: Gate<Documents, (suspended, public, owner, org_member, org_editor, shared)> =
    Gate::new();
