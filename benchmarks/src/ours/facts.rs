//! The facts, and where they come from.

use std::sync::Arc;

use gatehouse::prelude::*;

use crate::data::{Relation, Store};

fact! {
    /// `user` is a member of `org`.
    pub Member(user: u32, org: u32) -> bool = false;
    /// `user` is a guest of `org`.
    pub Guest(user: u32, org: u32) -> bool = false;
    /// `user` edits `document`.
    pub Editor(user: u32, document: u32) -> bool = false;
    /// `user` reviews `document`.
    pub Reviewer(user: u32, document: u32) -> bool = false;
    /// `user` audits `org`.
    pub Auditor(user: u32, org: u32) -> bool = false;

    /// The organisation that `project` belongs to.
    pub ProjectOrg(project: u32) -> u32;

    /// The role that `user` holds.
    pub RoleOf(user: u32) -> u32;
    /// `role` reads `document`.
    pub RoleReads(role: u32, document: u32) -> bool = false;

    /// The folder that `folder` lies in.
    pub Parent(folder: u32) -> u32;
    /// `user` was given `folder` directly.
    pub FolderGrant(user: u32, folder: u32) -> bool = false;
    /// `user` sees `folder`: directly, or through a folder above it.
    pub FolderViewer(user: u32, folder: u32) -> bool {
        FolderGrant(user, folder).await
            || match Parent(folder).await {
                Some(above) => FolderViewer(user, above).await,
                None => false,
            }
    }
}

/// One call of the store for a relation of users to things.
macro_rules! relations {
    ($($fact:ident: $thing:ident;)*) => {
        $(
            impl FactSource<$fact> for Store {
                async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                    self.call().await;
                    let holds = |key: &$fact| self.holds(Relation::$fact, key.user, key.$thing);
                    Ok(keys.iter().map(|key| (key.clone(), holds(key))).collect())
                }
            }
        )*
    };
}

relations! {
    Member: org;
    Guest: org;
    Editor: document;
    Reviewer: document;
    Auditor: org;
    FolderGrant: folder;
}

impl FactSource<ProjectOrg> for Store {
    async fn load(&self, keys: &[ProjectOrg]) -> Result<Loaded<ProjectOrg>, FactError> {
        self.call().await;
        let row = |key: &ProjectOrg| Some((key.clone(), self.org_of(key.project)?));
        Ok(keys.iter().filter_map(row).collect())
    }
}

impl FactSource<RoleOf> for Store {
    async fn load(&self, keys: &[RoleOf]) -> Result<Loaded<RoleOf>, FactError> {
        self.call().await;
        let row = |key: &RoleOf| Some((key.clone(), self.role_of(key.user)?));
        Ok(keys.iter().filter_map(row).collect())
    }
}

impl FactSource<RoleReads> for Store {
    async fn load(&self, keys: &[RoleReads]) -> Result<Loaded<RoleReads>, FactError> {
        self.call().await;
        let reads = |key: &RoleReads| self.role_reads(key.role, key.document);
        Ok(keys.iter().map(|key| (key.clone(), reads(key))).collect())
    }
}

impl FactSource<Parent> for Store {
    async fn load(&self, keys: &[Parent]) -> Result<Loaded<Parent>, FactError> {
        self.call().await;
        let row = |key: &Parent| Some((key.clone(), self.parent_of(key.folder)?));
        Ok(keys.iter().filter_map(row).collect())
    }
}

/// The sources of an application.
#[derive(Sources)]
pub struct AppFacts {
    #[loads(Member, Guest, Editor, Reviewer, Auditor, ProjectOrg)]
    #[loads(RoleOf, RoleReads, Parent, FolderGrant)]
    pub store: Arc<Store>,
}

/// What an application makes once.
#[must_use]
pub fn app_facts(store: &Arc<Store>) -> Arc<AppFacts> {
    Arc::new(AppFacts { store: Arc::clone(store) })
}

/// The sources of an application that knows one fact: what a session costs grows with how many
/// there are.
#[derive(Sources)]
pub struct OneFact {
    #[loads(Member)]
    pub store: Arc<Store>,
}

/// What such an application makes once.
#[must_use]
pub fn one_fact(store: &Arc<Store>) -> Arc<OneFact> {
    Arc::new(OneFact { store: Arc::clone(store) })
}
