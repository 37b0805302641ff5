//! The facts, and where they come from.

use std::sync::Arc;

use async_trait::async_trait;
use gatehouse_06::{FactKey, FactLoadResult, FactRegistry, FactSource, RelationshipQuery};

use crate::data::{Relation, Store};

/// Its key for relations comes with it; each relation has a type of its own here, so that each has
/// a source of its own, as each has with gatehouse.
pub type Related<R> = RelationshipQuery<u32, u32, R>;

/// A relation as a type.
pub trait IsRelation:
    Copy + Eq + std::hash::Hash + std::fmt::Debug + Send + Sync + 'static
{
    const RELATION: Relation;
}

macro_rules! relations {
    ($($name:ident)*) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct $name;

            impl IsRelation for $name {
                const RELATION: Relation = Relation::$name;
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(stringify!($name))
                }
            }
        )*
    };
}

relations! { Member Guest Editor Reviewer Auditor FolderGrant }

/// What loads: the store. Foreign to its trait and to its keys, so in a type of this crate.
pub struct Source(pub Arc<Store>);

#[async_trait]
impl<R: IsRelation + std::fmt::Display> FactSource<Related<R>> for Source {
    async fn load_many(&self, keys: &[Related<R>]) -> Vec<FactLoadResult<bool>> {
        self.0.call().await;
        let holds = |key: &Related<R>| self.0.holds(R::RELATION, key.subject_id, key.resource_id);
        keys.iter().map(|key| FactLoadResult::Found(holds(key))).collect()
    }
}

fn found<T>(value: Option<T>) -> FactLoadResult<T> {
    value.map_or(FactLoadResult::Missing, FactLoadResult::Found)
}

/// The organisation that a project belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectOrg(pub u32);

impl FactKey for ProjectOrg {
    const NAME: &'static str = "project_org";
    type Value = u32;
}

#[async_trait]
impl FactSource<ProjectOrg> for Source {
    async fn load_many(&self, keys: &[ProjectOrg]) -> Vec<FactLoadResult<u32>> {
        self.0.call().await;
        keys.iter().map(|key| found(self.0.org_of(key.0))).collect()
    }
}

/// The folder that a folder lies in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent(pub u32);

impl FactKey for Parent {
    const NAME: &'static str = "parent";
    type Value = u32;
}

#[async_trait]
impl FactSource<Parent> for Source {
    async fn load_many(&self, keys: &[Parent]) -> Vec<FactLoadResult<u32>> {
        self.0.call().await;
        keys.iter().map(|key| found(self.0.parent_of(key.0))).collect()
    }
}

/// The role that a user holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleOf(pub u32);

impl FactKey for RoleOf {
    const NAME: &'static str = "role_of";
    type Value = u32;
}

#[async_trait]
impl FactSource<RoleOf> for Source {
    async fn load_many(&self, keys: &[RoleOf]) -> Vec<FactLoadResult<u32>> {
        self.0.call().await;
        keys.iter().map(|key| found(self.0.role_of(key.0))).collect()
    }
}

/// Whether a role reads a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleReads(pub u32, pub u32);

impl FactKey for RoleReads {
    const NAME: &'static str = "role_reads";
    type Value = bool;
}

#[async_trait]
impl FactSource<RoleReads> for Source {
    async fn load_many(&self, keys: &[RoleReads]) -> Vec<FactLoadResult<bool>> {
        self.0.call().await;
        let reads = |key: &RoleReads| self.0.role_reads(key.0, key.1);
        keys.iter().map(|key| FactLoadResult::Found(reads(key))).collect()
    }
}

/// What an application makes once.
#[must_use]
pub fn registry(store: &Arc<Store>) -> FactRegistry {
    let source = || Source(Arc::clone(store));
    FactRegistry::builder()
        .with::<Related<Member>, _>(source())
        .with::<Related<Guest>, _>(source())
        .with::<Related<Editor>, _>(source())
        .with::<Related<Reviewer>, _>(source())
        .with::<Related<Auditor>, _>(source())
        .with::<Related<FolderGrant>, _>(source())
        .with::<ProjectOrg, _>(source())
        .with::<Parent, _>(source())
        .with::<RoleOf, _>(source())
        .with::<RoleReads, _>(source())
        .build()
}
