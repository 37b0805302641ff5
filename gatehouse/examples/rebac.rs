//! Relationship-based access control: who is related to what, as tuples in a store.
//!
//! A viewer of a folder sees what lies in it; a relation may be given to a user or to a group.

use std::collections::{HashMap, HashSet};

use gatehouse::prelude::*;

/// What a relation is given on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    File(u32),
    Folder(u32),
}

/// Whom a relation is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    User(u32),
    Group(u32),
}

pub struct User {
    pub id: u32,
    pub groups: Vec<u32>,
}

impl User {
    /// Everything that a relation may be given to so that this user has it.
    fn holders(&self) -> Vec<Holder> {
        let groups = self.groups.iter().map(|group| Holder::Group(*group));
        std::iter::once(Holder::User(self.id)).chain(groups).collect()
    }
}

pub struct File {
    pub id: u32,
}

fact! {
    /// The folder that `file` lies in.
    pub Folder(file: u32) -> u32;
    /// `holder` is a viewer of `object`.
    pub Viewer(holder: Holder, object: Object) -> bool = false;
    /// `user` is blocked from `file`.
    pub Blocked(user: u32, file: u32) -> bool = false;
}

/// Blocked users see nothing of the file.
#[policy(forbid)]
pub async fn blocked(user: &User, file: &File) -> bool {
    Blocked(user.id, file.id).await
}

/// Viewers of the file, or of its folder, themselves or through a group.
#[policy(rounds = 2)]
pub async fn viewer(user: &User, file: &File) -> bool {
    let holders = user.holders();
    any(holders.iter().map(|holder| Viewer(*holder, Object::File(file.id)))).await || {
        let folder = Folder(file.id).await?;
        any(holders.iter().map(|holder| Viewer(*holder, Object::Folder(folder)))).await
    }
}

/// May a user see a file?
pub struct Files;

impl Domain for Files {
    type Subject = User;
    type Action = ();
    type Resource = File;
    type Context = ();
}

pub static GATE: Gate<Files, (blocked, viewer)> = Gate::new();

/// The relation tuples.
pub struct Tuples {
    folders: HashMap<u32, u32>,
    viewers: HashSet<(Holder, Object)>,
    blocked: HashSet<(u32, u32)>,
}

impl FactSource<Folder> for Tuples {
    async fn load(&self, keys: &[Folder]) -> Result<Loaded<Folder>, FactError> {
        let found = |key: &Folder| Some((key.clone(), *self.folders.get(&key.file)?));
        Ok(keys.iter().filter_map(found).collect())
    }
}

// What is not in an answer is missing, and the default of these facts says what that means: no.

impl FactSource<Viewer> for Tuples {
    async fn load(&self, keys: &[Viewer]) -> Result<Loaded<Viewer>, FactError> {
        let related = keys.iter().filter(|key| self.viewers.contains(&(key.holder, key.object)));
        Ok(related.map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<Blocked> for Tuples {
    async fn load(&self, keys: &[Blocked]) -> Result<Loaded<Blocked>, FactError> {
        let related = keys.iter().filter(|key| self.blocked.contains(&(key.user, key.file)));
        Ok(related.map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(Folder, Viewer, Blocked)]
    tuples: Tuples,
}

fn facts() -> AppFacts {
    let tuples = Tuples {
        folders: HashMap::from([(1, 10), (2, 10), (3, 11)]),
        viewers: HashSet::from([
            (Holder::User(7), Object::File(3)),
            (Holder::Group(70), Object::Folder(10)),
        ]),
        blocked: HashSet::from([(7, 2)]),
    };
    AppFacts { tuples }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("{}", GATE.plan());
    let session = Session::new(facts());
    let user = User { id: 7, groups: vec![70, 71] };
    let access = GATE.bind(&session, &user, &());
    for (file, why) in [
        (1, "lies in a folder that is shared with group 70"),
        (2, "so does this, but user 7 is blocked"),
        (3, "is shared with user 7"),
        (4, "is shared with nobody"),
    ] {
        println!("file {file}  {:<25} {why}", access.check(&File { id: file }).await.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seen(id: u32, groups: Vec<u32>) -> Vec<u32> {
        let session = Session::new(facts());
        let user = User { id, groups };
        let files = [1, 2, 3, 4].map(|id| File { id });
        let seen = GATE.bind(&session, &user, &()).filter(files).await.expect("no failure");
        seen.iter().map(|file| file.id).collect()
    }

    #[tokio::test]
    async fn relations_decide() {
        assert_eq!(seen(7, vec![70]).await, [1, 3], "group 70's folder, less what is blocked");
        assert_eq!(seen(7, vec![]).await, [3], "what is given to the user alone");
        assert_eq!(seen(8, vec![]).await, [], "strangers see nothing");
    }
}
