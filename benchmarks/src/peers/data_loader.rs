//! The data loader of async-graphql: keys of one turn together, one call for them. Rules by hand.
//!
//! Its delay (a millisecond, unless told otherwise) is none here, and its batches have no limit: what
//! is compared is the work. Its feature `tokio-timer` is off, since a timer of tokio's takes up to a
//! millisecond for no delay too.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use futures::{future::join_all, join};

use crate::data::{Document, Relation, Store, User};

/// Loads from the store.
pub struct Loads(Arc<Store>);

/// Whether a user is so related to a thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Related<const RELATION: usize>(u32, u32);

impl<const RELATION: usize> Loader<Related<RELATION>> for Loads {
    type Value = bool;
    type Error = Infallible;

    async fn load(
        &self,
        keys: &[Related<RELATION>],
    ) -> Result<HashMap<Related<RELATION>, bool>, Infallible> {
        self.0.call().await;
        let holds = |key: &Related<RELATION>| self.0.holds(Relation::ALL[RELATION], key.0, key.1);
        Ok(keys.iter().map(|key| (key.clone(), holds(key))).collect())
    }
}

/// The organisation of a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectOrg(u32);

impl Loader<ProjectOrg> for Loads {
    type Value = u32;
    type Error = Infallible;

    async fn load(&self, keys: &[ProjectOrg]) -> Result<HashMap<ProjectOrg, u32>, Infallible> {
        self.0.call().await;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), self.0.org_of(key.0)?))).collect())
    }
}

/// The folder that a folder lies in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent(u32);

impl Loader<Parent> for Loads {
    type Value = u32;
    type Error = Infallible;

    async fn load(&self, keys: &[Parent]) -> Result<HashMap<Parent, u32>, Infallible> {
        self.0.call().await;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), self.0.parent_of(key.0)?))).collect())
    }
}

/// The role that a user holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleOf(u32);

impl Loader<RoleOf> for Loads {
    type Value = u32;
    type Error = Infallible;

    async fn load(&self, keys: &[RoleOf]) -> Result<HashMap<RoleOf, u32>, Infallible> {
        self.0.call().await;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), self.0.role_of(key.0)?))).collect())
    }
}

/// Whether a role reads a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleReads(u32, u32);

impl Loader<RoleReads> for Loads {
    type Value = bool;
    type Error = Infallible;

    async fn load(&self, keys: &[RoleReads]) -> Result<HashMap<RoleReads, bool>, Infallible> {
        self.0.call().await;
        Ok(keys.iter().map(|key| (key.clone(), self.0.role_reads(key.0, key.1))).collect())
    }
}

type Member = Related<{ Relation::Member as usize }>;
type Guest = Related<{ Relation::Guest as usize }>;
type Editor = Related<{ Relation::Editor as usize }>;
type Reviewer = Related<{ Relation::Reviewer as usize }>;
type Auditor = Related<{ Relation::Auditor as usize }>;
type FolderGrant = Related<{ Relation::FolderGrant as usize }>;

/// What a request has: a loader that remembers.
pub type Request = DataLoader<Loads, HashMapCache>;

/// A request of its own. Needs a tokio runtime.
#[must_use]
pub fn request(store: &Arc<Store>) -> Request {
    DataLoader::with_cache(Loads(Arc::clone(store)), tokio::spawn, HashMapCache::default())
        .delay(Duration::ZERO)
        .max_batch_size(usize::MAX)
}

async fn is<const RELATION: usize>(request: &Request, key: Related<RELATION>) -> bool {
    let Ok(value) = request.load_one(key).await;
    value == Some(true)
}

/// One check: members read.
pub async fn one_fact(request: &Request, user: &User, doc: &Document) -> bool {
    is(request, Member::new(user, doc)).await
}

impl<const RELATION: usize> Related<RELATION> {
    fn new(user: &User, doc: &Document) -> Self {
        Self(user.id, Relation::ALL[RELATION].thing(doc))
    }
}

/// One check: whoever is related in one of five ways reads.
pub async fn five_facts(request: &Request, user: &User, doc: &Document) -> bool {
    let (member, guest, editor, reviewer, auditor) = join!(
        is(request, Member::new(user, doc)),
        is(request, Guest::new(user, doc)),
        is(request, Editor::new(user, doc)),
        is(request, Reviewer::new(user, doc)),
        is(request, Auditor::new(user, doc)),
    );
    member || guest || editor || reviewer || auditor
}

/// One check: members of the organisation of its project read a document.
pub async fn dependent(request: &Request, user: &User, doc: &Document) -> bool {
    let Ok(org) = request.load_one(ProjectOrg(doc.project)).await;
    match org {
        Some(org) => is::<{ Relation::Member as usize }>(request, Related(user.id, org)).await,
        None => false,
    }
}

/// One check: who holds a role reads what the role reads.
pub async fn by_role(request: &Request, user: &User, doc: &Document) -> bool {
    let Ok(role) = request.load_one(RoleOf(user.id)).await;
    match role {
        Some(role) => {
            let Ok(reads) = request.load_one(RoleReads(role, doc.id)).await;
            reads == Some(true)
        }
        None => false,
    }
}

/// One check: who was given a folder reads what lies in it, at any depth.
pub async fn in_folder(request: &Request, user: &User, doc: &Document) -> bool {
    let mut folder = doc.folder;
    loop {
        let grant: FolderGrant = Related(user.id, folder);
        let (granted, above) = join!(is(request, grant), request.load_one(Parent(folder)));
        match above {
            _ if granted => return true,
            Ok(Some(above)) => folder = above,
            Ok(None) => return false,
        }
    }
}

/// A page: every document asks for itself, all at once, as resolvers do.
pub async fn page<'d, F: Future<Output = bool>>(
    docs: &'d [Document],
    check: impl Fn(&'d Document) -> F,
) -> Vec<&'d Document> {
    let decisions = join_all(docs.iter().map(check)).await;
    docs.iter().zip(decisions).filter(|(_, visible)| *visible).map(|(doc, _)| doc).collect()
}

/// A page with one call of the loader, for one fact: its cheapest way.
pub async fn page_at_once<'d>(
    request: &Request,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    let Ok(members) = request.load_many(docs.iter().map(|doc| Member::new(user, doc))).await;
    docs.iter().filter(|doc| members.get(&Member::new(user, doc)) == Some(&true)).collect()
}
