//! A page whose keys count how often they are hashed, compared and cloned.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use gatehouse::prelude::*;

use crate::executor::block_on;

/// How often the keys of this thread were hashed, compared and cloned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub hashes: u32,
    pub comparisons: u32,
    pub clones: u32,
}

thread_local! {
    static USES: Cell<Uses> = const {
        Cell::new(Uses { hashes: 0, comparisons: 0, clones: 0 })
    };
}

fn note(add: impl Fn(&mut Uses)) {
    let mut uses = USES.get();
    add(&mut uses);
    USES.set(uses);
}

/// A part of a key: stands for one that is dear to hash, to compare and to clone, as a `String` is.
#[derive(Debug)]
pub struct Id(pub u32);

impl Clone for Id {
    fn clone(&self) -> Self {
        note(|uses| uses.clones += 1);
        Self(self.0)
    }
}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        note(|uses| uses.hashes += 1);
        self.0.hash(state);
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        note(|uses| uses.comparisons += 1);
        self.0 == other.0
    }
}

impl Eq for Id {}

fact! {
    /// Whether the organisation is open.
    pub Open(org: Id) -> bool = false;
}

/// What is asked for.
pub struct Room {
    pub org: Id,
}

/// May one enter a room?
pub struct Rooms;

impl Domain for Rooms {
    type Subject = ();
    type Action = ();
    type Resource = Room;
    type Context = ();
}

#[policy]
pub async fn open(_: _, room: &Room) -> bool {
    Open(room.org.clone()).await
}

/// Every second organisation is open.
struct Orgs;

impl FactSource<Open> for Orgs {
    async fn load(&self, keys: &[Open]) -> Result<Loaded<Open>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.org.0.is_multiple_of(2))).collect())
    }
}

#[derive(Sources)]
struct RoomFacts {
    #[loads(Open)]
    orgs: Orgs,
}

static GATE: Gate<Rooms, open> = Gate::new();

fn load(keys: &[Id]) -> HashMap<Id, bool> {
    keys.iter().map(|key| (key.clone(), key.0.is_multiple_of(2))).collect()
}

/// By hand.
fn by_hand(rooms: &[Room]) -> usize {
    let keys: HashSet<Id> = rooms.iter().map(|room| room.org.clone()).collect();
    let keys: Vec<Id> = keys.into_iter().collect();
    let open = load(&keys);
    rooms.iter().filter(|room| open.get(&room.org) == Some(&true)).count()
}

fn ours(rooms: &[Room]) -> usize {
    let session = Session::new(RoomFacts { orgs: Orgs });
    block_on(GATE.bind(&session, &(), &()).filter(rooms)).expect("nothing fails").len()
}

/// What a page of `count` rooms, each of an organisation of its own, makes of its keys: by hand, and
/// by gatehouse.
///
/// # Panics
/// If they do not see the same rooms.
#[must_use]
pub fn uses(count: u32) -> (Uses, Uses) {
    let rooms: Vec<_> = (0..count).map(|org| Room { org: Id(org) }).collect();
    USES.take();
    let by_hand = by_hand(&rooms);
    let uses_by_hand = USES.take();
    assert_eq!(ours(&rooms), by_hand);
    (uses_by_hand, USES.take())
}
