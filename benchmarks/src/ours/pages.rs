//! Rules on facts.

use std::sync::Arc;

use gatehouse::bounds::PolicySet;
use gatehouse::prelude::*;

use super::Documents;
use super::facts::{
    AppFacts, Auditor, Editor, FolderViewer, Guest, Member, ProjectOrg, Reviewer, RoleOf, RoleReads,
};
use crate::data::{Document, User};

#[policy]
pub async fn member(user: &User, doc: &Document) -> bool {
    Member(user.id, doc.org).await
}

#[policy]
pub async fn guest(user: &User, doc: &Document) -> bool {
    Guest(user.id, doc.org).await
}

#[policy]
pub async fn editor(user: &User, doc: &Document) -> bool {
    Editor(user.id, doc.id).await
}

#[policy]
pub async fn reviewer(user: &User, doc: &Document) -> bool {
    Reviewer(user.id, doc.id).await
}

#[policy]
pub async fn auditor(user: &User, doc: &Document) -> bool {
    Auditor(user.id, doc.org).await
}

/// Members of the organisation of its project read a document.
#[policy]
pub async fn project_member(user: &User, doc: &Document) -> bool {
    let org = ProjectOrg(doc.project).await?;
    Member(user.id, org).await
}

/// Who holds a role reads what the role reads.
#[policy]
pub async fn by_role(user: &User, doc: &Document) -> bool {
    let role = RoleOf(user.id).await?;
    RoleReads(role, doc.id).await
}

/// Who was given a folder reads what lies in it, at any depth.
#[policy]
pub async fn in_folder(user: &User, doc: &Document) -> bool {
    FolderViewer(user.id, doc.folder).await
}

pub type Five = (member, guest, editor, reviewer, auditor);

pub static ONE_FACT: Gate<Documents, member> = Gate::new();
pub static FIVE_FACTS: Gate<Documents, Five> = Gate::new();
pub static DEPENDENT: Gate<Documents, project_member> = Gate::new();
pub static ROLES: Gate<Documents, by_role> = Gate::new();
pub static FOLDERS: Gate<Documents, in_folder> = Gate::new();

/// One check on a session of its own.
#[inline(never)]
pub async fn check<P: Sources, S: PolicySet<Documents, P>>(
    gate: &Gate<Documents, S>,
    facts: &Arc<P>,
    user: &User,
    doc: &Document,
) -> bool {
    let session = Session::new(Arc::clone(facts));
    gate.bind(&session, user, &()).check(doc).await.is_allow()
}

/// One page on a session of its own.
#[inline(never)]
pub async fn page<'d, S: PolicySet<Documents, AppFacts>>(
    gate: &Gate<Documents, S>,
    facts: &Arc<AppFacts>,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    let session = Session::new(Arc::clone(facts));
    gate.bind(&session, user, &()).filter(docs).await.expect("nothing fails")
}
