//! One module of the program by hand.

use std::collections::HashMap;

use crate::Session;
use crate::domain::{Action, Database, Document, Kind, Outage, Role, User};
use crate::runtime::{Fact, Request, Source, Stored, Table, Tally, Verdict, and, join, or};

/// `user` can see `folder`: directly, or through a folder above it.
async fn sees_folder(session: &Session, user: u64, mut folder: u64) -> Verdict {
    let mut seen = vec![folder];
    let mut unknown = false;
    loop {
        let grant = session.get(FolderGrant { user, folder });
        let (granted, above) = join(grant, session.get(Parent { folder })).await;
        match granted {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(Outage) => unknown = true,
        }
        match above {
            Ok(Some(above)) if !seen.contains(&above) => folder = above,
            Ok(_) if unknown => return Err(Outage),
            Ok(_) => return Ok(false),
            Err(outage) => return Err(outage),
        }
        seen.push(folder);
    }
}

/// The team of `user` may edit in `org`.
async fn edits_in_team(session: &Session, user: u64, org: u64) -> Verdict {
    let Some(team) = session.get(Team { user }).await? else { return Ok(false) };
    let role = session.get(TeamRole { team, org }).await?;
    Ok(role.is_some_and(|role| role >= Role::Editor))
}

/// What is archived stays as it is.
pub fn archived(request: &Request<'_>) -> bool {
    matches!(request.action, Action::Edit | Action::Delete) && request.doc.archived
}

/// Owners do anything to their documents.
pub fn owner(request: &Request<'_>) -> bool {
    request.doc.owner == request.user.id
}

/// Administrators do anything.
pub fn admin(request: &Request<'_>) -> bool {
    request.user.admin
}

/// Everybody reads what is public.
pub fn public(request: &Request<'_>) -> bool {
    request.action == Action::Read && request.doc.public
}

/// Nobody sees what is too secret for them.
pub fn secret(request: &Request<'_>) -> bool {
    request.doc.level > request.user.level
}

/// What a user's own data says, by the kind of the document.
pub fn by_kind(request: &Request<'_>) -> bool {
    let Request { user, action: Action::Read, doc } = request else { return false };
    match doc.kind {
        Kind::Note => doc.team == Some(user.team),
        Kind::Report => user.level > 2,
        Kind::Contract => false,
    }
}

/// A team edits its documents.
pub fn team_document(request: &Request<'_>) -> bool {
    let Request { user, action: Action::Edit, doc } = request else { return false };
    let Some(team) = doc.team else { return false };
    team == user.team && !doc.archived
}

/// Suspended users do nothing.
pub async fn suspended(session: &Session, request: &Request<'_>) -> Verdict {
    session.get(Suspended { user: request.user.id }).await
}

/// Editors of the organisation may edit.
pub async fn org_editor(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Edit, doc } = request else { return Ok(false) };
    let role = session.get(OrgRole { user: user.id, org: doc.org }).await?;
    Ok(role.is_some_and(|role| role >= Role::Editor))
}

/// Whom a document or its folder was given to.
pub async fn given(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, doc, .. } = request;
    let shared = session.get(Shared { user: user.id, document: doc.id });
    let granted = session.get(FolderGrant { user: user.id, folder: doc.folder });
    or(shared, granted).await
}

/// Those who are banned delete nothing, and nobody deletes evidence.
pub async fn no_deletion(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Delete, doc } = request else { return Ok(false) };
    let banned = session.get(Banned { user: user.id, org: doc.org });
    or(banned, session.get(LegalHold { document: doc.id })).await
}

/// What is shared already is shared further while there is quota.
pub async fn within_quota(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { action: Action::Share, doc, .. } = request else { return Ok(false) };
    if !doc.shared {
        return Ok(false);
    }
    let used = session.get(Used { org: doc.org });
    let (used, quota) = join(used, session.get(Quota { org: doc.org })).await;
    Ok(used? < quota?)
}

/// One label is enough.
pub async fn label_reader(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Read, doc } = request else { return Ok(false) };
    let mut verdict = Ok(false);
    for label in &doc.labels {
        match session.get(LabelReader { user: user.id, label: *label }).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(outage) => verdict = Err(outage),
        }
    }
    verdict
}

/// Who sees the folder sees what is in it.
pub async fn folder_viewer(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Read, doc } = request else { return Ok(false) };
    sees_folder(session, user.id, doc.folder).await
}

/// Members do what their role is enough for.
pub async fn member(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, doc, .. } = request;
    Ok(match session.get(OrgRole { user: user.id, org: doc.org }).await? {
        Some(Role::Owner) => true,
        Some(role) => role >= doc.needs,
        None => false,
    })
}

/// Teams have roles too.
pub async fn team_role(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Edit, doc } = request else { return Ok(false) };
    let Some(team) = session.get(Team { user: user.id }).await? else { return Ok(false) };
    let role = session.get(TeamRole { team, org: doc.org }).await?;
    Ok(role.is_some_and(|role| role >= Role::Editor))
}

/// Nobody crosses tenants.
pub async fn other_tenant(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Edit | Action::Share, doc } = request else {
        return Ok(false);
    };
    let theirs = session.get(Tenant { user: user.id });
    let (tenant, theirs) = join(session.get(TenantOf { org: doc.org }), theirs).await;
    let Some(tenant) = tenant? else { return Ok(true) };
    Ok(theirs? != Some(tenant))
}

/// The owner's manager, and whom they delegate to.
pub async fn manager(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, doc, .. } = request;
    let Some(manager) = session.get(Manager { user: doc.owner }).await? else { return Ok(false) };
    if manager == user.id {
        return Ok(true);
    }
    session.get(Delegate { from: manager, to: user.id }).await
}

/// Who holds the lock edits; without a lock, whoever is cleared.
pub async fn lock_holder(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Edit, doc } = request else { return Ok(false) };
    let cleared = session.get(Clearance { user: user.id });
    let (holder, cleared) = join(session.get(Locked { document: doc.id }), cleared).await;
    match holder? {
        Some(holder) => Ok(holder == user.id),
        None => Ok(cleared? >= u64::from(doc.level)),
    }
}

/// Contracts are for teams that edit; everything else is shared.
pub async fn contracts(session: &Session, request: &Request<'_>) -> Verdict {
    let Request { user, action: Action::Delete, doc } = request else { return Ok(false) };
    if doc.kind == Kind::Contract {
        let not_suspended = async { Ok(!session.get(Suspended { user: user.id }).await?) };
        and(edits_in_team(session, user.id, doc.org), not_suspended).await
    } else {
        session.get(Shared { user: user.id, document: doc.id }).await
    }
}

/// The policies of this module.
pub async fn decide(session: &Session, request: &Request<'_>) -> &'static str {
    let mut tally = Tally::default();
    tally.forbid(Ok(archived(request)));
    tally.permit(Ok(owner(request)));
    tally.permit(Ok(admin(request)));
    tally.permit(Ok(public(request)));
    tally.forbid(Ok(secret(request)));
    tally.permit(Ok(by_kind(request)));
    tally.permit(Ok(team_document(request)));
    tally.forbid(suspended(session, request).await);
    tally.permit(org_editor(session, request).await);
    tally.permit(given(session, request).await);
    tally.forbid(no_deletion(session, request).await);
    tally.permit(within_quota(session, request).await);
    tally.permit(label_reader(session, request).await);
    tally.permit(folder_viewer(session, request).await);
    tally.permit(member(session, request).await);
    tally.permit(team_role(session, request).await);
    tally.forbid(other_tenant(session, request).await);
    tally.permit(manager(session, request).await);
    tally.permit(lock_holder(session, request).await);
    tally.permit(contracts(session, request).await);
    tally.decision()
}
