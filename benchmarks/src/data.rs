//! Who asks for what, and the store that everybody loads from.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct User {
    pub id: u32,
    pub admin: bool,
    pub clearance: u32,
}

/// The user of every benchmark: neither an admin nor the owner of anything.
pub const ANN: User = User { id: 1, admin: false, clearance: 60 };

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: u32,
    pub owner: u32,
    pub org: u32,
    pub project: u32,
    pub folder: u32,
    pub label: u32,
    pub public: bool,
    pub archived: bool,
}

/// Document `i`, in an organisation, a project and (up to the 1024th) a folder of its own.
#[must_use]
pub fn document(i: u32) -> Document {
    Document {
        id: i,
        owner: 2,
        org: i,
        project: i,
        folder: LEAVES.start + i % (LEAVES.end - LEAVES.start),
        label: 0,
        public: false,
        archived: false,
    }
}

/// The first `count` documents.
#[must_use]
pub fn page(count: u32) -> Vec<Document> {
    (0..count).map(document).collect()
}

/// As many documents, ten to an organisation: nine keys of ten were seen before.
#[must_use]
pub fn page_of_few_orgs(count: u32) -> Vec<Document> {
    let orgs = count / 10;
    (0..count).map(|i| Document { org: i % orgs, ..document(i) }).collect()
}

/// As many documents, every other one of which is public.
#[must_use]
pub fn page_with_public(count: u32) -> Vec<Document> {
    (0..count).map(|i| Document { public: i % 2 == 0, ..document(i) }).collect()
}

/// A document that Ann may read as an auditor alone, the last of five ways.
///
/// # Panics
/// Never: there is one among the first hundred.
#[must_use]
pub fn audited() -> Document {
    let by_auditor_alone = |doc: &Document| {
        let holds = |relation| relates(relation, relation.thing(doc));
        Relation::OF_DOCUMENTS.into_iter().filter(|it| holds(*it)).eq([Relation::Auditor])
    };
    page(100).into_iter().find(by_auditor_alone).expect("there is one")
}

/// How a user can be related to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Of an organisation.
    Member,
    /// Of an organisation.
    Guest,
    /// Of a document.
    Editor,
    /// Of a document.
    Reviewer,
    /// Of an organisation.
    Auditor,
    /// Was given a folder.
    FolderGrant,
}

impl Relation {
    /// All of them, as they are numbered.
    pub const ALL: [Self; 6] =
        [Self::Member, Self::Guest, Self::Editor, Self::Reviewer, Self::Auditor, Self::FolderGrant];

    /// The five of the workloads with five fact types.
    pub const OF_DOCUMENTS: [Self; 5] =
        [Self::Member, Self::Guest, Self::Editor, Self::Reviewer, Self::Auditor];

    /// What a user must be so related to, to read `doc`.
    #[must_use]
    pub fn thing(self, doc: &Document) -> u32 {
        match self {
            Self::Member | Self::Guest | Self::Auditor => doc.org,
            Self::Editor | Self::Reviewer => doc.id,
            Self::FolderGrant => doc.folder,
        }
    }
}

/// How many things a store knows of each kind.
const THINGS: u32 = 100_000;

/// The folders are a tree, each with four below it, six deep: the root is 0, and these are the lowest.
const LEAVES: std::ops::Range<u32> = 341..1365;

/// Every second folder of this level was given to Ann.
const GRANTED: std::ops::Range<u32> = 21..85;

/// All folders.
pub fn folders() -> impl Iterator<Item = u32> {
    0..LEAVES.end
}

/// How many roles there are; role `i` reads document `i`.
pub const ROLES: u32 = 1000;

/// The role of user `id`.
#[must_use]
pub fn role_of(id: u32) -> u32 {
    (id + 499) % ROLES
}

/// The folder that `folder` lies in.
#[must_use]
pub fn parent(folder: u32) -> Option<u32> {
    Some(folder.checked_sub(1)? / 4)
}

/// Whether Ann is so related to `thing`: to half of the organisations as a member, to a quarter of
/// everything in each other way.
#[must_use]
pub fn relates(relation: Relation, thing: u32) -> bool {
    match relation {
        Relation::Member => thing.is_multiple_of(2),
        Relation::FolderGrant => GRANTED.contains(&thing) && thing.is_multiple_of(2),
        other => (thing ^ (other as u32) << 20).wrapping_mul(0x9E37_79B1) >> 30 == 0,
    }
}

/// Stands for a database. All who load ask this one, so it costs all of them the same.
#[derive(Debug)]
pub struct Store {
    relations: [HashSet<(u32, u32)>; Relation::ALL.len()],
    org_of_project: HashMap<u32, u32>,
    parents: HashMap<u32, u32>,
    roles: HashMap<u32, u32>,
    /// Role and document.
    role_grants: HashSet<(u32, u32)>,
    latency: Option<Duration>,
    calls: AtomicU64,
}

impl Store {
    /// A store in memory, which answers at once.
    #[must_use]
    pub fn in_memory() -> Self {
        let pairs = |relation: Relation| {
            let is_related = |thing: &u32| relates(relation, *thing);
            (0..THINGS).filter(is_related).map(|thing| (ANN.id, thing)).collect()
        };
        Self {
            relations: Relation::ALL.map(pairs),
            org_of_project: (0..THINGS).map(|project| (project, project / 3)).collect(),
            parents: folders().filter_map(|folder| Some((folder, parent(folder)?))).collect(),
            roles: (0..ROLES).map(|user| (user, role_of(user))).collect(),
            role_grants: (0..ROLES).map(|role| (role, role)).collect(),
            latency: None,
            calls: AtomicU64::new(0),
        }
    }

    /// The same store behind a network: each call takes `latency`.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        Self { latency: Some(latency), ..self }
    }

    /// What one call costs besides its rows. Everybody awaits this once per call.
    pub async fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(latency) = self.latency {
            tokio::time::sleep(latency).await;
        }
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// One row: whether `user` is so related to `thing`.
    #[must_use]
    pub fn holds(&self, relation: Relation, user: u32, thing: u32) -> bool {
        self.relations[relation as usize].contains(&(user, thing))
    }

    /// One row: the organisation of a project.
    #[must_use]
    pub fn org_of(&self, project: u32) -> Option<u32> {
        self.org_of_project.get(&project).copied()
    }

    /// One row: the folder that a folder lies in.
    #[must_use]
    pub fn parent_of(&self, folder: u32) -> Option<u32> {
        self.parents.get(&folder).copied()
    }

    /// One row: the role of a user.
    #[must_use]
    pub fn role_of(&self, user: u32) -> Option<u32> {
        self.roles.get(&user).copied()
    }

    /// One row: whether a role reads a document.
    #[must_use]
    pub fn role_reads(&self, role: u32, document: u32) -> bool {
        self.role_grants.contains(&(role, document))
    }
}
