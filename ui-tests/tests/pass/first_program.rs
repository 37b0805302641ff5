//! The program of the design, without derived facts.
use gatehouse::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

type UserId = u64;
type OrgId = u64;
type FolderId = u64;
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}
pub struct User {
    id: UserId,
}
pub enum Action {
    Read,
    Edit,
}
pub struct Document {
    org: OrgId,
    owner: UserId,
    folder: FolderId,
}

fact! {
    /// The role that `user` holds in `org`.
    pub OrgRole(user: UserId, org: OrgId) -> Role;
    /// Whether `user` is suspended.
    pub Suspended(user: UserId) -> bool = false;
    /// The folder that `folder` lies in.
    pub Parent(folder: FolderId) -> FolderId;
    /// `user` was given `folder` directly.
    pub FolderGrant(user: UserId, folder: FolderId) -> bool = false;
}

/// Suspended users do nothing.
#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Owners do anything to their documents.
#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Editors of the organisation may edit.
#[policy]
async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await? >= Role::Editor
}

#[policy]
async fn above(user: &User, doc: &Document) -> bool {
    let parent = Parent(doc.folder).await?;
    FolderGrant(user.id, doc.folder).await || FolderGrant(user.id, parent).await
}

/// May a user do an action to a document?
pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}
#[derive(Default)]
struct Db {
    calls: AtomicUsize,
}
impl FactSource<OrgRole> for Db {
    async fn load(&self, keys: &[OrgRole]) -> Result<Loaded<OrgRole>, FactError> {
        self.calls.fetch_add(1, SeqCst);
        Ok(keys
            .iter()
            .map(|k| (k.clone(), if k.user == 2 { Role::Editor } else { Role::Viewer }))
            .collect())
    }
}
impl FactSource<Suspended> for Db {
    async fn load(&self, keys: &[Suspended]) -> Result<Loaded<Suspended>, FactError> {
        self.calls.fetch_add(1, SeqCst);
        if keys.iter().any(|k| k.user == 9) {
            return Err(FactError::new(std::io::Error::other("boom")));
        }
        Ok(keys.iter().map(|k| (k.clone(), k.user == 3)).collect())
    }
}
impl FactSource<Parent> for Db {
    async fn load(&self, keys: &[Parent]) -> Result<Loaded<Parent>, FactError> {
        self.calls.fetch_add(1, SeqCst);
        Ok(keys.iter().map(|k| (k.clone(), k.folder + 1)).collect())
    }
}
impl FactSource<FolderGrant> for Db {
    async fn load(&self, keys: &[FolderGrant]) -> Result<Loaded<FolderGrant>, FactError> {
        self.calls.fetch_add(1, SeqCst);
        Ok(keys.iter().map(|k| (k.clone(), k.folder % 10 == 0)).collect())
    }
}

#[derive(Sources)]
struct AppFacts {
    #[loads(OrgRole, Suspended, Parent, FolderGrant)]
    db: Arc<Db>,
}

static GATE: Gate<Documents, (suspended, owner, org_editor, above)> = Gate::new();


pub fn main() {
    let session = Session::new(Arc::new(AppFacts { db: Arc::default() }));
    let user = User { id: 1 };
    let access = GATE.bind(&session, &user, &Action::Read);
    let doc = Document { org: 1, owner: 1, folder: 1 };
    drop(access.check(&doc));
    println!("{}", GATE.plan());
}
