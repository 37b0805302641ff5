//! Relationship-based access control: who is related to what, as tuples in a store.
//!
//! A viewer of a folder sees what lies in it; a relation may be given to a user or to a group.

use std::collections::{HashMap, HashSet};

use gatehouse::prelude::*;

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
    /// `holder` is a viewer of `file`.
    pub FileViewer(holder: Holder, file: u32) -> bool = false;
    /// `holder` is a viewer of `folder`.
    pub FolderViewer(holder: Holder, folder: u32) -> bool = false;
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
    any(holders.iter().map(|holder| FileViewer(*holder, file.id))).await || {
        let folder = Folder(file.id).await?;
        any(holders.iter().map(|holder| FolderViewer(*holder, folder))).await
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
#[derive(Default)]
pub struct Tuples {
    folders: HashMap<u32, u32>,
    file_viewers: HashSet<(Holder, u32)>,
    folder_viewers: HashSet<(Holder, u32)>,
    blocked: HashSet<(u32, u32)>,
}

impl FactSource<Folder> for Tuples {
    async fn load(&self, keys: &[Folder]) -> Result<Loaded<Folder>, FactError> {
        let found = |key: &Folder| Some((key.clone(), *self.folders.get(&key.file)?));
        Ok(keys.iter().filter_map(found).collect())
    }
}

// What is not in an answer is missing, and the default of these facts says what that means: no.

impl FactSource<FileViewer> for Tuples {
    async fn load(&self, keys: &[FileViewer]) -> Result<Loaded<FileViewer>, FactError> {
        let related = keys.iter().filter(|key| self.file_viewers.contains(&(key.holder, key.file)));
        Ok(related.map(|key| (key.clone(), true)).collect())
    }
}

impl FactSource<FolderViewer> for Tuples {
    async fn load(&self, keys: &[FolderViewer]) -> Result<Loaded<FolderViewer>, FactError> {
        let related =
            keys.iter().filter(|key| self.folder_viewers.contains(&(key.holder, key.folder)));
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
    #[loads(Folder, FileViewer, FolderViewer, Blocked)]
    tuples: Tuples,
}

fn facts() -> AppFacts {
    let tuples = Tuples {
        folders: HashMap::from([(1, 10), (2, 10), (3, 11)]),
        file_viewers: HashSet::from([(Holder::User(7), 3)]),
        folder_viewers: HashSet::from([(Holder::Group(70), 10)]),
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
        println!("file {file}  {:<24} {why}", access.check(&File { id: file }).await.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn relations_decide() {
        let session = Session::new(facts());
        let user = User { id: 7, groups: vec![70] };
        let access = GATE.bind(&session, &user, &());
        let seen = access.filter([1, 2, 3, 4].map(|id| File { id })).await.expect("no failure");
        assert_eq!(seen.iter().map(|file| file.id).collect::<Vec<_>>(), [1, 3]);
    }

    #[tokio::test]
    async fn strangers_see_nothing() {
        let session = Session::new(facts());
        let user = User { id: 8, groups: vec![] };
        let access = GATE.bind(&session, &user, &());
        let seen = access.filter([1, 2, 3, 4].map(|id| File { id })).await.expect("no failure");
        assert!(seen.is_empty());
    }
}
