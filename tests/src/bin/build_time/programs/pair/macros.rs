//! One module of the program with macros.

use gatehouse::prelude::*;

use crate::domain::{Action, Database, Document, Kind, Role, User};
use crate::{Documents, failed};

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: u64) -> bool = false;
    /// The role that `user` holds in `org`.
    pub OrgRole(user: u64, org: u64) -> Role;
    /// `user` was given `document` directly.
    pub Shared(user: u64, document: u64) -> bool = false;
    /// The folder that `folder` lies in.
    pub Parent(folder: u64) -> u64;
    /// `user` was given `folder` directly.
    pub FolderGrant(user: u64, folder: u64) -> bool = false;
    /// The team of `user`.
    pub Team(user: u64) -> u64;
    /// The role that `team` holds in `org`.
    pub TeamRole(team: u64, org: u64) -> Role;
    /// How many documents `org` may share.
    pub Quota(org: u64) -> u64 = 10;
    /// How many documents `org` has shared.
    pub Used(org: u64) -> u64 = 0;
    /// The tenant of `user`, without which nothing can be decided.
    #[required]
    pub Tenant(user: u64) -> u64;
    /// The tenant that `org` belongs to.
    pub TenantOf(org: u64) -> u64;
    /// Whom `user` reports to.
    pub Manager(user: u64) -> u64;
    /// Whether `user` is banned from `org`.
    pub Banned(user: u64, org: u64) -> bool = false;
    /// Whether `document` is evidence.
    pub LegalHold(document: u64) -> bool = false;
    /// Who has locked `document`.
    pub Locked(document: u64) -> u64;
    /// Whether `from` lets `to` act for them.
    pub Delegate(from: u64, to: u64) -> bool = false;
    /// Whether `user` reads what has `label`.
    pub LabelReader(user: u64, label: u64) -> bool = false;
    /// How secret a document may be that `user` sees.
    pub Clearance(user: u64) -> u64 = 0;
    /// `user` can see `folder`: directly, or through a folder above it.
    pub FolderViewer(user: u64, folder: u64) -> bool {
        FolderGrant(user, folder).await
            || match Parent(folder).await {
                Some(above) => FolderViewer(user, above).await,
                None => false,
            }
    }
    /// The team of `user` may edit in `org`.
    pub TeamEditor(user: u64, org: u64) -> bool {
        match Team(user).await {
            Some(team) => TeamRole(team, org).await.is_some_and(|role| role >= Role::Editor),
            None => false,
        }
    }
}

/// What is archived stays as it is.
#[policy(forbid)]
pub fn archived(_: &User, (Action::Edit | Action::Delete): &Action, doc: &Document) -> bool {
    doc.archived
}

/// Owners do anything to their documents.
#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Administrators do anything.
#[policy]
pub fn admin(User { admin: true, .. }: &User) -> bool {
    true
}

/// Everybody reads what is public.
#[policy]
pub fn public(_: &User, Action::Read: &Action, doc: &Document) -> bool {
    doc.public
}

/// Nobody sees what is too secret for them.
#[policy(forbid)]
pub fn secret(user: &User, doc: &Document) -> bool {
    doc.level > user.level
}

/// What a user's own data says, by the kind of the document.
#[policy]
pub fn by_kind(user: &User, Action::Read: &Action, doc: &Document) -> bool {
    match doc.kind {
        Kind::Note => doc.team == Some(user.team),
        Kind::Report => user.level > 2,
        Kind::Contract => false,
    }
}

/// A team edits its documents.
#[policy]
pub fn team_document(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    let Some(team) = doc.team else { return false };
    team == user.team && !doc.archived
}

/// Suspended users do nothing.
#[policy(forbid)]
pub async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Editors of the organisation may edit.
#[policy]
pub async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await? >= Role::Editor
}

/// Whom a document or its folder was given to.
#[policy]
pub async fn given(user: &User, doc: &Document) -> bool {
    Shared(user.id, doc.id).await || FolderGrant(user.id, doc.folder).await
}

/// Those who are banned delete nothing, and nobody deletes evidence.
#[policy(forbid)]
pub async fn no_deletion(user: &User, Action::Delete: &Action, doc: &Document) -> bool {
    Banned(user.id, doc.org).await || LegalHold(doc.id).await
}

/// What is shared already is shared further while there is quota.
#[policy]
pub async fn within_quota(_: &User, Action::Share: &Action, doc: &Document) -> bool {
    doc.shared && Used(doc.org).await < Quota(doc.org).await
}

/// One label is enough.
#[policy]
pub async fn label_reader(user: &User, Action::Read: &Action, doc: &Document) -> bool {
    any(doc.labels.iter().map(|label| LabelReader(user.id, *label))).await
}

/// Who sees the folder sees what is in it.
#[policy]
pub async fn folder_viewer(user: &User, Action::Read: &Action, doc: &Document) -> bool {
    FolderViewer(user.id, doc.folder).await
}

/// Members do what their role is enough for.
#[policy]
pub async fn member(user: &User, doc: &Document) -> bool {
    match OrgRole(user.id, doc.org).await {
        Some(Role::Owner) => true,
        Some(role) => role >= doc.needs,
        None => false,
    }
}

/// Teams have roles too.
#[policy]
pub async fn team_role(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    let team = Team(user.id).await?;
    TeamRole(team, doc.org).await? >= Role::Editor
}

/// Nobody crosses tenants.
#[policy(forbid)]
pub async fn other_tenant(user: &User, (Action::Edit | Action::Share): &Action, doc: &Document) -> bool {
    let Some(tenant) = TenantOf(doc.org).await else { return true };
    Tenant(user.id).await != Some(tenant)
}

/// The owner's manager, and whom they delegate to.
#[policy]
pub async fn manager(user: &User, doc: &Document) -> bool {
    let manager = Manager(doc.owner).await?;
    manager == user.id || Delegate(manager, user.id).await
}

/// Who holds the lock edits; without a lock, whoever is cleared.
#[policy]
pub async fn lock_holder(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    let Some(holder) = Locked(doc.id).await else {
        return Clearance(user.id).await >= u64::from(doc.level);
    };
    holder == user.id
}

/// Contracts are for teams that edit; everything else is shared.
#[policy]
pub async fn contracts(user: &User, Action::Delete: &Action, doc: &Document) -> bool {
    if doc.kind == Kind::Contract {
        TeamEditor(user.id, doc.org).await && !Suspended(user.id).await
    } else {
        Shared(user.id, doc.id).await
    }
}

/// The policies of this module.
pub static GATE: Gate<
    Documents,
    (
        archived, owner, admin, public, secret, by_kind, team_document, suspended, org_editor, given,
        no_deletion, within_quota, label_reader, folder_viewer, member, team_role, other_tenant,
        manager, lock_holder, contracts,
    ),
> = Gate::new();
