//! Relations, as Zanzibar has them: folders in folders, groups in groups, and rules that follow them
//! as deep as the data go, a page at a time.
//!
//! Each of Zanzibar's rewrites is a line of a derived fact:
//!
//! | rewrite | here |
//! |---|---|
//! | this | `Has(user, Relation::Viewer, object).await` |
//! | computed userset | `Editor(user, object).await` in `Viewer` |
//! | tuple to userset | `match Parent(object).await { Some(above) => Viewer(user, above).await, … }` |
//! | userset in userset | `any(… .map(\|inner\| InGroup(user, inner))).await` |
//! | union, intersection | `\|\|`, `&&` |
//! | exclusion | `&& !Has(user, Relation::Blocked, object).await`, of what is not recursive |
//! | wildcard | `Holder::Everyone` |

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    Folder(u32),
    File(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Owner,
    Editor,
    Viewer,
    Blocked,
}

/// Whom a relation is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    User(u32),
    /// Everybody in the group, and in the groups in it.
    Group(u32),
    Everyone,
}

impl Holder {
    fn group(self) -> Option<u32> {
        if let Self::Group(group) = self { Some(group) } else { None }
    }
}

/// Who approves what is published.
const APPROVERS: u32 = 9;

fact! {
    /// The tuples: to whom `relation` to `object` was given.
    pub Given(object: Object, relation: Relation) -> Vec<Holder>;
    /// Who is directly in `group`: users, and other groups.
    pub Members(group: u32) -> Vec<Holder>;
    /// What `object` lies in.
    pub Parent(object: Object) -> Object;

    /// `user` is in `group`, or in a group in it.
    pub InGroup(user: u32, group: u32) -> bool {
        let members = Members(group).await.unwrap_or_default();
        members.contains(&Holder::User(user))
            || {
                let groups = members.into_iter().filter_map(Holder::group);
                any(groups.map(|inner| InGroup(user, inner))).await
            }
    }
    /// `relation` to `object` was given to `user`, to everyone, or to a group of theirs.
    pub Has(user: u32, relation: Relation, object: Object) -> bool {
        let holders = Given(object, relation).await.unwrap_or_default();
        holders.contains(&Holder::Everyone)
            || holders.contains(&Holder::User(user))
            || {
                let groups = holders.into_iter().filter_map(Holder::group);
                any(groups.map(|group| InGroup(user, group))).await
            }
    }
    /// Owners and editors edit, also what lies in what they edit.
    pub Editor(user: u32, object: Object) -> bool {
        Has(user, Relation::Editor, object).await
            || Has(user, Relation::Owner, object).await
            || match Parent(object).await {
                Some(above) => Editor(user, above).await,
                None => false,
            }
    }
    /// Viewers view, and so do editors, also what lies in what they view.
    pub Viewer(user: u32, object: Object) -> bool {
        Has(user, Relation::Viewer, object).await
            || Editor(user, object).await
            || match Parent(object).await {
                Some(above) => Viewer(user, above).await,
                None => false,
            }
    }
}

pub struct User {
    pub id: u32,
}

pub struct File {
    pub id: u32,
}

pub enum Action {
    Read,
    Publish,
}

/// Who can view a file reads it, unless they are blocked from it: an exclusion.
#[policy]
pub async fn reader(user: &User, Action::Read: &Action, file: &File) -> bool {
    let object = Object::File(file.id);
    Viewer(user.id, object).await && !Has(user.id, Relation::Blocked, object).await
}

/// Who edits a file and is among the approvers publishes it: an intersection.
#[policy]
pub async fn publisher(user: &User, Action::Publish: &Action, file: &File) -> bool {
    Editor(user.id, Object::File(file.id)).await && InGroup(user.id, APPROVERS).await
}

/// What may a user do with a file?
pub struct Files;

impl Domain for Files {
    type Subject = User;
    type Action = Action;
    type Resource = File;
    type Context = ();
}

pub static GATE: Gate<Files, (reader, publisher)> = Gate::new();

/// The store of tuples, which counts the round trips.
#[derive(Default)]
pub struct Tuples {
    given: HashMap<(Object, Relation), Vec<Holder>>,
    members: HashMap<u32, Vec<Holder>>,
    parents: HashMap<Object, Object>,
    /// Calls for parents: one in each round in which the page goes a folder up.
    levels: AtomicUsize,
    /// All calls.
    calls: AtomicUsize,
}

impl Tuples {
    fn give(&mut self, object: Object, relation: Relation, holder: Holder) {
        self.given.entry((object, relation)).or_default().push(holder);
    }

    /// What is there of `keys`. One call is one round trip, however many keys it has.
    fn answer<K: FactKey>(&self, keys: &[K], value: impl Fn(&K) -> Option<K::Value>) -> Loaded<K> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        keys.iter().filter_map(|key| Some((key.clone(), value(key)?))).collect()
    }
}

impl FactSource<Given> for Tuples {
    async fn load(&self, keys: &[Given]) -> Result<Loaded<Given>, FactError> {
        Ok(self.answer(keys, |key| self.given.get(&(key.object, key.relation)).cloned()))
    }
}

impl FactSource<Members> for Tuples {
    async fn load(&self, keys: &[Members]) -> Result<Loaded<Members>, FactError> {
        Ok(self.answer(keys, |key| self.members.get(&key.group).cloned()))
    }
}

impl FactSource<Parent> for Tuples {
    async fn load(&self, keys: &[Parent]) -> Result<Loaded<Parent>, FactError> {
        self.levels.fetch_add(1, Ordering::Relaxed);
        Ok(self.answer(keys, |key| self.parents.get(&key.object).copied()))
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(Given, Members, Parent)]
    tuples: Tuples,
}

const ANN: u32 = 1;
const BOB: u32 = 2;
const CARA: u32 = 3;

/// A thousand files, `depth` folders deep: file `n` lies in folder `n % 10` of the lowest level, and
/// each folder in one of the level above, up to the root, which is folder 0.
fn world(depth: u32) -> AppFacts {
    let mut tuples = Tuples::default();
    let folder = |level: u32, at: u32| Object::Folder(if level == 0 { 0 } else { 10 * level + at });
    for file in 0..1000 {
        tuples.parents.insert(Object::File(file), folder(depth - 1, file % 10));
    }
    for (level, at) in (1..depth).flat_map(|level| (0..10).map(move |at| (level, at))) {
        tuples.parents.insert(folder(level, at), folder(level - 1, at));
    }
    // The root is viewed by group 1, in which group 2 is, in which group 1 is: data that run in a
    // circle mean what they say, and no more.
    tuples.give(folder(0, 0), Relation::Viewer, Holder::Group(1));
    tuples.members.insert(1, vec![Holder::User(ANN), Holder::Group(2)]);
    tuples.members.insert(2, vec![Holder::User(BOB), Holder::Group(1)]);
    // Files 0 to 9 are open to everyone; Bob is blocked from file 3, edits file 4, and approves.
    for file in 0..10 {
        tuples.give(Object::File(file), Relation::Viewer, Holder::Everyone);
    }
    tuples.give(Object::File(3), Relation::Blocked, Holder::User(BOB));
    tuples.give(Object::File(4), Relation::Editor, Holder::User(BOB));
    tuples.members.insert(APPROVERS, vec![Holder::Group(2)]);
    AppFacts { tuples }
}

fn files() -> impl Iterator<Item = File> {
    (0..1000).map(|id| File { id })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("A page of 1000 files, for each depth of the folders");
    println!(
        "  folders  user  visible  calls for parents  all calls  (a call: one fact, many keys)"
    );
    for depth in [1, 2, 4, 8] {
        for (name, id) in [("ann", ANN), ("bob", BOB), ("cara", CARA)] {
            let facts = std::sync::Arc::new(world(depth));
            let session = Session::new(facts.clone());
            let user = User { id };
            let access = GATE.bind(&session, &user, &Action::Read);
            let visible = access.filter(files()).await.expect("no source failed").len();
            let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
            let (levels, calls) = (count(&facts.tuples.levels), count(&facts.tuples.calls));
            println!("  {depth:<7}  {name:<4}  {visible:<7}  {levels:<17}  {calls}");
        }
    }

    println!("\nMay Bob, and why not?");
    let session = Session::new(world(4));
    let bob = User { id: BOB };
    for (action, name) in [(Action::Read, "read"), (Action::Publish, "publish")] {
        let access = GATE.bind(&session, &bob, &action);
        for file in [3, 4, 500] {
            println!("  {name:<7}  file {file:<3}  {}", access.check(&File { id: file }).await);
        }
    }

    println!("\nThe plan, before anything runs\n{}", GATE.plan());
    println!("As a graph, for Markdown:\n\n```mermaid\n{}```", GATE.plan().to_mermaid());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tuples of a test, and who may do what to file 1 then.
    async fn may(user: u32, action: Action, tuples: Tuples) -> bool {
        let session = Session::new(AppFacts { tuples });
        GATE.bind(&session, &User { id: user }, &action).check(&File { id: 1 }).await.is_allow()
    }

    fn given(relation: Relation, holder: Holder) -> Tuples {
        let mut tuples = Tuples::default();
        tuples.give(Object::File(1), relation, holder);
        tuples
    }

    #[tokio::test]
    async fn this_and_wildcard() {
        let viewer = || given(Relation::Viewer, Holder::User(ANN));
        assert!(may(ANN, Action::Read, viewer()).await);
        assert!(!may(BOB, Action::Read, viewer()).await);
        assert!(may(BOB, Action::Read, given(Relation::Viewer, Holder::Everyone)).await);
    }

    #[tokio::test]
    async fn computed_userset() {
        for relation in [Relation::Owner, Relation::Editor] {
            assert!(may(ANN, Action::Read, given(relation, Holder::User(ANN))).await);
        }
        assert!(!may(ANN, Action::Publish, given(Relation::Viewer, Holder::User(ANN))).await);
    }

    #[tokio::test]
    async fn tuple_to_userset() {
        let mut tuples = Tuples::default();
        tuples.parents.insert(Object::File(1), Object::Folder(1));
        tuples.parents.insert(Object::Folder(1), Object::Folder(2));
        tuples.give(Object::Folder(2), Relation::Owner, Holder::User(ANN));
        assert!(may(ANN, Action::Read, tuples).await);
    }

    #[tokio::test]
    async fn userset_in_userset_in_a_circle() {
        let circle = || {
            let mut tuples = given(Relation::Viewer, Holder::Group(1));
            tuples.members.insert(1, vec![Holder::Group(2)]);
            tuples.members.insert(2, vec![Holder::Group(1), Holder::User(ANN)]);
            tuples
        };
        assert!(may(ANN, Action::Read, circle()).await);
        assert!(!may(BOB, Action::Read, circle()).await);
    }

    #[tokio::test]
    async fn exclusion_and_intersection() {
        let mut blocked = given(Relation::Viewer, Holder::Everyone);
        blocked.give(Object::File(1), Relation::Blocked, Holder::User(ANN));
        assert!(!may(ANN, Action::Read, blocked).await);
        let approver = |group| {
            let mut tuples = given(Relation::Editor, Holder::User(ANN));
            tuples.members.insert(group, vec![Holder::User(ANN)]);
            tuples
        };
        assert!(may(ANN, Action::Publish, approver(APPROVERS)).await);
        assert!(!may(ANN, Action::Publish, approver(APPROVERS + 1)).await);
    }

    #[tokio::test]
    async fn a_page_costs_the_depth() {
        let facts = std::sync::Arc::new(world(6));
        let session = Session::new(facts.clone());
        let user = User { id: CARA };
        let visible = GATE.bind(&session, &user, &Action::Read).filter(files()).await;
        assert_eq!(visible.expect("no source failed").len(), 10);
        assert_eq!(facts.tuples.levels.load(Ordering::Relaxed), 6 + 1);
    }
}
