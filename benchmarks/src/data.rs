//! Who asks for what, and the store that everybody loads from.

use std::collections::HashSet;
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
#[derive(Clone, Debug)]
pub struct Document {
    pub id: u32,
    pub owner: u32,
    pub org: u32,
    pub label: u32,
    pub public: bool,
    pub archived: bool,
}

/// Document `i`, in an organisation of its own.
#[must_use]
pub fn document(i: u32) -> Document {
    Document { id: i, owner: 2, org: i, label: 0, public: false, archived: false }
}

/// The first `count` documents.
#[must_use]
pub fn page(count: u32) -> Vec<Document> {
    (0..count).map(document).collect()
}

/// How a user can be related to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Of an organisation.
    Member,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Member];
}

/// How many things a store knows of each kind.
const THINGS: u32 = 100_000;

/// Stands for a database. All columns ask this one, so it costs all of them the same.
#[derive(Debug)]
pub struct Store {
    relations: [HashSet<(u32, u32)>; Relation::ALL.len()],
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
        Self { relations: Relation::ALL.map(pairs), latency: None, calls: AtomicU64::new(0) }
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
}

/// Half of all organisations have Ann as a member.
fn relates(relation: Relation, thing: u32) -> bool {
    match relation {
        Relation::Member => thing.is_multiple_of(2),
    }
}
